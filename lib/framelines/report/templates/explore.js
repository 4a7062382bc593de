"use strict";
// The table is the data: lanes are drawn from it, and of it is shown what is asked for.
(() => {
  const form = document.querySelector(".controls");
  if (!form) return;
  const byId = (id) => document.getElementById(id);
  const [search, teller, disputed] = ["search", "teller", "disputed"].map(byId);
  const all = document.querySelector(".all");
  const tellers = [...teller.options].slice(1);
  const place = new Map(tellers.map((one, i) => [one.text, i]));
  const heads = [...document.querySelectorAll(".accounts thead th")];
  // Counted from the end, for a cell of several rows stands in the first of them.
  const day = heads.length - 1 - heads.findIndex((head) => head.className === "day");
  const DAYS = /(\d{4}-\d\d-\d\d|…)(?: to (\d{4}-\d\d-\d\d|…))?$/;
  // A lane shows at least so many days, so that a single day is seen as one.
  const LEAST = 14;

  function make(parent, tag, text = "", looks = {}) {
    const made = document.createElement(tag);
    made.textContent = text;
    Object.assign(made.style, looks);
    parent.append(made);
    return made;
  }
  const number = (text) => Date.parse(text) / 864e5;
  const stated = (days) => new Date(days * 864e5).toISOString().slice(0, 10);

  // An event with the narrowest days of each of its tellers; the references count as one.
  function read(body) {
    const event = { body, of: new Map(), tellers: new Set(), month: "no day" };
    let source = 0;
    for (const row of [...body.rows].slice(1)) {
      const head = row.querySelector("th");
      if (head) source = place.get(head.textContent.trim()) ?? 0;
      event.tellers.add(source);
      const told = row.cells[row.cells.length - day]?.textContent.trim().match(DAYS);
      if (told) {
        const [first, last] = [number(told[1]), number(told[2] ?? told[1])];
        const [open, width] = [isNaN(first) || isNaN(last), last - first];
        const known = event.of.get(source);
        if (!known || open < known.open || (open === known.open && width < known.width))
          event.of.set(source, { first, last, open, width });
        const month = isNaN(first) ? told[2].slice(0, 7) : told[1].slice(0, 7);
        if (month < event.month) event.month = month;
      }
      const id = make(row, "td");
      Object.assign(make(id, "a", row.id), { href: `#${row.id}` });
    }
    event.text = body.textContent.toLowerCase();
    return event;
  }

  // The bars of an event, in per cent of a lane that reaches from its first day to its last.
  function bars(lane, of) {
    const ends = of.flatMap(([, one]) => [one.first, one.last]).filter((end) => !isNaN(end));
    let [low, high] = [Math.min(...ends), Math.max(...ends) + 1];
    const margin = Math.max(Math.floor((LEAST - (high - low)) / 2), 0);
    [low, high] = [low - margin, high + margin];
    const share = (days) => `${((100 * days) / (high - low)).toFixed(1)}%`;
    for (const [source, one] of of) {
      const [begin, end] = [isNaN(one.first) ? low : one.first, isNaN(one.last) ? high : one.last + 1];
      make(lane, "span", tellers[source].text);
      const looks = { left: share(begin - low), width: share(end - begin) };
      if (source) looks.background = tellers[source].dataset.color;
      if (one.open) looks.opacity = 0.4;
      make(make(lane, "i"), "u", "", looks);
    }
    const scale = make(lane, "p");
    for (const end of [low, high - 1]) make(scale, "span", stated(end));
  }

  function draw(event, list) {
    const head = event.body.querySelector("th");
    event.lane = make(list, "li");
    Object.assign(make(event.lane, "a", head.firstChild.textContent.trim()), { href: `#${event.body.id}` });
    event.disputed = head.querySelector("b") !== null;
    if (event.disputed) make(event.lane, "b", "disputed");
    const of = [...event.of].sort(([one], [other]) => one - other);
    if (!of.length || event.body.className) return;
    const lane = make(event.lane, "div");
    lane.setAttribute("aria-hidden", "true");
    bars(lane, of);
  }

  const events = [...document.querySelectorAll(".accounts > tbody")].map(read);
  const lists = ["shared", "alone", "rest"].map((id) => byId(id).parentElement);
  const groups = [[], [], []];
  for (const event of events)
    groups[event.body.className ? 2 : event.tellers.size > 1 ? 0 : 1].push(event);
  groups.forEach((group, i) => (lists[i].hidden = !group.length));
  for (const i of [0, 2]) for (const event of groups[i]) draw(event, lists[i].querySelector("ol"));
  const months = new Map();
  for (const event of groups[1])
    months.set(event.month, [...(months.get(event.month) ?? []), event]);
  const most = Math.max(...[...months.values()].map((own) => own.length));
  for (const month of [...months.keys()].sort()) {
    const [own, details] = [months.get(month), make(lists[1], "details")];
    const summary = make(details, "summary");
    details.className = "month";
    make(summary, "span", month);
    make(summary, "i", "", { width: `${(15 * own.length) / most}rem` });
    summary.append(String(own.length));
    const list = make(details, "ol");
    list.className = "lanes";
    for (const event of own) draw(event, list);
  }

  function filter() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const event of events) {
      const fits =
        (!teller.value || event.tellers.has(Number(teller.value))) &&
        (!disputed.checked || event.disputed) &&
        words.every((word) => event.text.includes(word));
      event.lane.hidden = !fits;
      shown += fits;
    }
    for (const month of document.querySelectorAll(".month")) {
      const left = month.querySelectorAll("li:not([hidden])").length;
      month.hidden = !left;
      if (words.length || teller.value || disputed.checked) month.open = left > 0;
    }
    byId("count").textContent = `${shown} of ${events.length} events`;
  }

  // The accounts of the chosen event stand below its lane; of all others, nowhere.
  function choose() {
    const at = byId(decodeURIComponent(location.hash.slice(1)));
    const body = at && at.closest(".accounts > tbody");
    if (location.hash && !body) return;
    const chosen = events.find((event) => event.body === body);
    for (const event of events) {
      event.lane.classList.toggle("chosen", event === chosen);
      event.body.hidden = event !== chosen;
    }
    all.hidden = !chosen;
    if (!chosen) return;
    chosen.lane.append(all);
    const month = chosen.lane.closest(".month");
    if (month) month.open = true;
    chosen.lane.scrollIntoView({ block: "start" });
    all.querySelector(".scroll").focus({ preventScroll: true });
  }

  form.hidden = false;
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", choose);
  filter();
  choose();
})();
