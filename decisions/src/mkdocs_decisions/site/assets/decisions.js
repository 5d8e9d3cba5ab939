/* Filters the table of decisions. Without this script the table is whole. Nothing is asked of a server. */
(() => {
  "use strict";

  const start = () => {
    const form = document.querySelector(".decisions-filter");
    if (!form || !form.hidden) return;
    const table = [...document.querySelectorAll("table")].find(
      each => form.compareDocumentPosition(each) & Node.DOCUMENT_POSITION_FOLLOWING);
    if (!table) return;

    const heads = [...table.querySelectorAll("thead th")].map(head => head.textContent.trim());
    const words = (row, name) => {
      const cell = row.cells[heads.indexOf(name)];
      return cell ? cell.textContent.split(",").map(word => word.trim()).filter(Boolean) : [];
    };
    const rows = [...table.tBodies[0].rows].map(row => ({
      row, text: row.textContent.toLowerCase(), status: words(row, "Status"), tags: words(row, "Tags"),
    }));
    const text = form.querySelector("#decisions-text");
    const status = form.querySelector("#decisions-status");
    const tag = form.querySelector("#decisions-tag");
    const count = form.querySelector(".decisions-count");

    const filter = () => {
      const wanted = text.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const each of rows) {
        const fits = wanted.every(word => each.text.includes(word))
          && (!status.value || each.status.includes(status.value))
          && (!tag || !tag.value || each.tags.includes(tag.value));
        each.row.hidden = !fits;
        shown += fits;
      }
      count.textContent = shown === rows.length ? `${shown} decisions` : `${shown} of ${rows.length} decisions`;
    };
    form.addEventListener("input", filter);
    form.addEventListener("reset", () => setTimeout(filter));
    form.addEventListener("submit", event => event.preventDefault());
    form.hidden = false;
    filter();
  };

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
