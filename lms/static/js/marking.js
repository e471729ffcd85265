// Marking by keyboard: Enter goes on, F gives full marks, Z none, N writes a note on the selected passage.

const form = document.querySelector("[data-marking]");
const answer = document.querySelector("[data-answer]");
const list = document.querySelector("[data-notes]");
const points = [...form.querySelectorAll("[name=points]")];
const field = form.elements.notes;
const sum = form.querySelector("[data-sum]");
const notes = JSON.parse(field.value || "[]");

function add() {
  const given = points.filter((point) => point.value !== "").map((point) => Math.round(Number(point.value) * 100));
  sum.textContent = given.length ? given.reduce((total, mark) => total + mark, 0) / 100 : "–";
}

function give(point, value) {
  point.value = value;
  add();
  step(point, 1);
}

function step(point, by) {
  const next = points[points.indexOf(point) + by];
  if (next) next.focus();
  else if (by > 0) form.querySelector("textarea").focus();
}

for (const point of points) {
  point.addEventListener("focus", () => point.select());
  point.addEventListener("input", add);
  point.addEventListener("keydown", (event) => {
    const key = event.key.toLowerCase();
    if (key === "f") give(point, point.dataset.full);
    else if (key === "z") give(point, 0);
    else if (key === "enter" && !event.ctrlKey && point !== points.at(-1)) step(point, 1);
    else if (key === "arrowdown") step(point, 1);
    else if (key === "arrowup") step(point, -1);
    else return;
    event.preventDefault();
  });
}

form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.ctrlKey) form.requestSubmit();
});

// places in an answer are counted in characters, as the server counts them, and not in UTF-16 units
const length = (text) => [...text].length;

function place(node, offset) {
  const before = document.createRange();
  before.setStart(answer, 0);
  before.setEnd(node, offset);
  return length(before.toString());
}

function shown() {
  field.value = JSON.stringify(notes);
  const text = [...answer.textContent];
  const parts = [];
  let at = 0;
  for (const [first, last, words] of [...notes].sort((a, b) => a[0] - b[0])) {
    if (first < at) continue;
    const passage = document.createElement("mark");
    passage.textContent = text.slice(first, last).join("");
    passage.title = words;
    parts.push(text.slice(at, first).join(""), passage);
    at = last;
  }
  answer.replaceChildren(...parts, text.slice(at).join(""));
  list.replaceChildren(...notes.map(([first, last, words], number) => line(`${text.slice(first, last).join("").slice(0, 20)}: ${words}`, number)));
}

function line(words, number) {
  const item = document.createElement("li");
  const remove = document.createElement("button");
  remove.type = "button";
  remove.className = "button button-quiet button-small";
  remove.textContent = form.dataset.remove;
  remove.addEventListener("click", () => {
    notes.splice(number, 1);
    shown();
  });
  item.append(words, remove);
  return item;
}

function note() {
  const chosen = getSelection();
  if (!chosen.rangeCount || chosen.isCollapsed || !answer.contains(chosen.anchorNode) || !answer.contains(chosen.focusNode)) return;
  const range = chosen.getRangeAt(0);
  const first = place(range.startContainer, range.startOffset);
  const last = place(range.endContainer, range.endOffset);
  const words = prompt(form.dataset.noteAsks)?.trim().slice(0, 300);
  if (!words) return;
  notes.push([first, last, words]);
  chosen.removeAllRanges();
  shown();
}

document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "n" || event.ctrlKey || event.metaKey || event.target.closest("input, textarea")) return;
  event.preventDefault();
  note();
});

document.querySelector("[data-hint]").hidden = answer.hidden;
shown();
add();
