// What the page does beyond showing: sorted tables, a file of the results, folded chapters open in print.
"use strict";
const chapters = () => [...document.querySelectorAll("details")];
function reveal() {
  const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
  if (target) target.scrollIntoView();
}
addEventListener("hashchange", reveal);
reveal();
let closed = [];
addEventListener("beforeprint", () => {
  closed = chapters().filter((each) => !each.open);
  for (const each of closed) each.open = true;
});
addEventListener("afterprint", () => { for (const each of closed) each.open = false; });
for (const button of document.querySelectorAll("button.all")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const open = chapters().some((each) => !each.open);
    for (const each of chapters()) each.open = open;
    button.textContent = open ? "Close all chapters" : "Open all chapters";
  });
}
function key(row, column) {
  const cell = row.cells[column];
  return cell.dataset.value === undefined ? cell.textContent.trim() : Number(cell.dataset.value);
}
function compare(a, b) {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a === "number" || typeof b === "number") return typeof a === "number" ? -1 : 1;
  return a.localeCompare(b);
}
for (const head of document.querySelectorAll("th[data-column]")) {
  const sort = () => {
    const body = head.closest("table").tBodies[0], column = Number(head.dataset.column);
    const sign = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
    for (const other of head.parentElement.cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
    const rows = [...body.rows].sort((a, b) => sign * compare(key(a, column), key(b, column)));
    for (const row of rows) body.append(row);
  };
  head.tabIndex = 0;
  head.classList.add("sorts");
  head.addEventListener("click", sort);
  head.addEventListener("keydown", (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); sort(); } });
}
for (const link of document.querySelectorAll("a.json")) {
  const text = document.getElementById("results").textContent;
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.hidden = false;
}
