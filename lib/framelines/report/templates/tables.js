"use strict";
// Tables are sorted by their headings and searched; what is marked for it can be copied.
(() => {
  const make = (parent, tag, text = "") => {
    const made = document.createElement(tag);
    made.textContent = text;
    parent.append(made);
    return made;
  };

  // The number that a cell begins with, or none: 1,234, \u221212.3 % and 3 of 4 are numbers.
  const number = (text) => {
    const found = text.replace(/,(?=\d{3})/g, "").replace("\u2212", "-").match(/^[-+]?\d*\.?\d+(?![\d-])/);
    return found ? Number(found[0]) : NaN;
  };

  // Numbers by size, then words; a dash is nothing and stands last either way.
  function compare(one, other, turn) {
    const [a, b] = [one, other].map((row) => row.key);
    if (a === "\u2013" || b === "\u2013") return (a === "\u2013") - (b === "\u2013");
    const [m, n] = [number(a), number(b)];
    if (isNaN(m) !== isNaN(n)) return isNaN(m) - isNaN(n);
    return turn * (isNaN(m) ? a.localeCompare(b, "en", { numeric: true }) : m - n);
  }

  function sort(body, heads, head) {
    const [column, turn] = [heads.indexOf(head), head.ariaSort === "ascending" ? -1 : 1];
    for (const other of heads) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", turn > 0 ? "ascending" : "descending");
    const rows = [...body.rows].map((row) => ({ row, key: row.cells[column].textContent.trim() }));
    body.append(...rows.sort((one, other) => compare(one, other, turn)).map((one) => one.row));
  }

  function search(table, body) {
    const place = table.closest(".scroll") ?? table;
    const box = document.createElement("p");
    box.className = "controls";
    const label = make(box, "label", "Search this table ");
    const input = make(label, "input");
    input.type = "search";
    const count = make(box, "span");
    count.setAttribute("role", "status");
    input.addEventListener("input", () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      for (const row of body.rows) {
        const text = row.textContent.toLowerCase();
        row.hidden = !words.every((word) => text.includes(word));
      }
      const left = [...body.rows].filter((row) => !row.hidden).length;
      count.textContent = words.length ? `${left} of ${body.rows.length} rows` : "";
    });
    place.before(box);
  }

  for (const table of document.querySelectorAll("main table")) {
    const [body, heads] = [table.tBodies[0], [...(table.tHead?.rows[0]?.cells ?? [])]];
    if (!body || body.rows.length < 2) continue;
    for (const head of heads.filter((one) => one.textContent.trim())) {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => sort(body, heads, head));
    }
    if (body.rows.length > 9) search(table, body);
  }

  async function copy(cell) {
    try {
      await navigator.clipboard.writeText(cell.firstChild.textContent);
    } catch {
      getSelection().selectAllChildren(cell.firstChild);
      document.execCommand("copy");
    }
  }
  for (const cell of document.querySelectorAll("td.copy")) {
    const button = make(cell, "button", "copy");
    button.type = "button";
    button.setAttribute("aria-label", `Copy ${cell.firstChild.textContent}`);
    button.addEventListener("click", async () => {
      await copy(cell);
      button.textContent = "copied";
      setTimeout(() => (button.textContent = "copy"), 1500);
    });
  }
})();
