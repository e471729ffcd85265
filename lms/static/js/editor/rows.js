// Rows of a group (options, blanks, pairs ...): added, removed and moved in the page, numbered anew each time.

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

export const rowsOf = (group) => [...group.querySelector("[data-row-list]").children];

function renumber(group) {
  const name = group.dataset.rows;
  const place = new RegExp(`^((?:label-)?${name}-)(?:\\d+|__n__)(-)`);
  rowsOf(group).forEach((row, n) => {
    for (const element of row.querySelectorAll("[id], [name], [for], [aria-describedby]")) {
      for (const attribute of ["id", "name", "for", "aria-describedby"]) {
        const value = element.getAttribute(attribute);
        if (value) element.setAttribute(attribute, value.split(" ").map((word) => word.replace(place, `$1${n}$2`)).join(" "));
      }
    }
    for (const button of row.querySelectorAll("[data-row-do]")) button.value = `${button.dataset.rowDo}:${name}:${n}`;
    const mark = group.dataset.letters === "yes" ? LETTERS[n] : String(n + 1);
    for (const element of row.querySelectorAll("[data-mark]")) element.textContent = mark;
    row.setAttribute("aria-label", `${row.dataset.rowName} ${mark}`);
  });
  group.querySelector("[data-row-add]").disabled = rowsOf(group).length >= Number(group.dataset.most);
}

const first = (row) => row.querySelector("[data-group] :is(input, textarea, select):not([type=hidden])");

/** One empty row more; gives the row, or null when the group is full. */
export function addRow(group) {
  const list = group.querySelector("[data-row-list]");
  if (list.children.length >= Number(group.dataset.most)) return null;
  list.append(group.querySelector("[data-row-template]").content.firstElementChild.cloneNode(true));
  renumber(group);
  return list.lastElementChild;
}

function act(group, button) {
  const row = button.closest("[data-row]");
  if (button.dataset.rowDo === "remove") {
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    renumber(group);
    (next ? first(next) : group.querySelector("[data-row-add]")).focus();
    return;
  }
  if (button.dataset.rowDo === "up") row.previousElementSibling?.before(row);
  else row.nextElementSibling?.after(row);
  renumber(group);
  button.focus();
}

/** Where one option is right at most, ticking another unticks it. */
function onlyOne(group, box) {
  if (!box.checked) return;
  for (const other of group.querySelectorAll(`[name$="-${group.dataset.only}"]`)) if (other !== box) other.checked = false;
}

export function watchRows(form, changed) {
  for (const group of form.querySelectorAll("[data-rows]")) renumber(group);
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-row-do], [data-row-add]");
    const group = button?.closest("[data-rows]");
    if (!group) return;
    event.preventDefault();
    if (button.matches("[data-row-add]")) {
      const row = addRow(group);
      if (row) first(row).focus();
    } else act(group, button);
    changed();
  });
  form.addEventListener("change", (event) => {
    const group = event.target.closest("[data-only]");
    if (group && event.target.name.endsWith(`-${group.dataset.only}`)) onlyOne(group, event.target);
  });
  // Alt with an arrow moves the row in which one is typing
  form.addEventListener("keydown", (event) => {
    const row = event.altKey && /^Arrow(Up|Down)$/.test(event.key) ? event.target.closest("[data-row]") : null;
    if (!row || event.target.matches("[data-row-do]")) return;
    event.preventDefault();
    const here = event.target;
    act(row.closest("[data-rows]"), row.querySelector(`[data-row-do="${event.key === "ArrowUp" ? "up" : "down"}"]`));
    here.focus();
    changed();
  });
}
