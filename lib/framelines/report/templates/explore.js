"use strict";
// Shows of the page what is asked for: events that fit the filters, and the accounts of one event.
(() => {
  const form = document.querySelector(".controls");
  if (!form) return;
  const byId = (id) => document.getElementById(id);
  const [search, teller, disputed] = ["search", "teller", "disputed"].map(byId);
  const events = [...document.querySelectorAll(".lanes > li")];
  const accounts = [...document.querySelectorAll(".accounts > tbody")];
  const text = new Map(accounts.map((one) => [one.id, one.textContent.toLowerCase()]));
  const all = document.querySelector(".all");
  const target = (event) => event.querySelector("a").hash.slice(1);

  function filter() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const event of events) {
      const fits =
        (!teller.value || event.dataset.t.split(" ").includes(teller.value)) &&
        (!disputed.checked || "d" in event.dataset) &&
        words.every((word) => text.get(target(event)).includes(word));
      event.hidden = !fits;
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
    const chosen = at && at.closest(".accounts > tbody");
    if (location.hash && !chosen) return;
    const lane = chosen && events.find((event) => target(event) === chosen.id);
    for (const event of events) event.classList.toggle("chosen", event === lane);
    for (const one of accounts) one.hidden = one !== chosen;
    all.hidden = !chosen;
    if (!chosen) return;
    lane.append(all);
    const month = lane.closest(".month");
    if (month) month.open = true;
    lane.scrollIntoView({ block: "start" });
    all.querySelector(".scroll").focus({ preventScroll: true });
  }

  form.hidden = false;
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", choose);
  filter();
  choose();
})();
