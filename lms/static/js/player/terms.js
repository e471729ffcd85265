// The first place of each term on the page explains it: by pointer, by keyboard, and to a screen reader. Without this the list
// below the page does.

const SKIPPED = "a, button, h1, h2, h3, h4, h5, h6, code";

/** The first text of the page that holds the words, outside of links and headings. */
function firstText(prose, words) {
  const walker = document.createTreeWalker(prose, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.data.includes(words) && !node.parentElement.closest(SKIPPED)) return node;
  }
  return null;
}

function wrap(prose, words, meaning, number) {
  const text = firstText(prose, words);
  if (!text) return;
  const place = text.splitText(text.data.indexOf(words));
  place.splitText(words.length);
  const box = document.createElement("span");
  const button = document.createElement("button");
  const note = document.createElement("span");
  box.className = "term-box";
  Object.assign(button, { type: "button", className: "term", textContent: words });
  Object.assign(note, { className: "term-note", id: `term-${number}`, textContent: meaning, hidden: true });
  note.setAttribute("role", "tooltip");
  button.setAttribute("aria-describedby", note.id);
  const show = (shown) => () => {
    note.classList.toggle("term-note-left", button.getBoundingClientRect().left > innerWidth / 2);
    note.hidden = !shown;
  };
  button.addEventListener("focus", show(true));
  button.addEventListener("blur", show(false));
  button.addEventListener("click", show(true));
  box.addEventListener("pointerenter", show(true));
  box.addEventListener("pointerleave", () => (note.hidden = document.activeElement !== button));
  box.addEventListener("keydown", (event) => event.key === "Escape" && (note.hidden = true));
  place.replaceWith(box);
  box.append(button, note);
}

export function explainTerms(root) {
  const list = root.querySelector("[data-terms]");
  const prose = root.querySelector("[data-prose]");
  if (!list || !prose) return;
  [...list.querySelectorAll("dt")].forEach((term, number) => {
    wrap(prose, term.textContent, term.nextElementSibling.textContent, number);
  });
}
