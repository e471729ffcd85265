// The bar of buttons: puts Markdown at the cursor of the field that was last typed in.

const PIECES = {
  bold: { around: "**", sample: "" },
  list: { line: "- " },
  table: { block: "| A | B |\n|---|---|\n|  |  |\n|  |  |" },
  formula: { around: "$", sample: "\\frac{a}{b}" },
};

/** Replaces the selection by `text` in a way that can be undone, and selects `length` signs from `at` on. */
export function put(field, text, at = text.length, length = 0) {
  field.focus();
  const start = field.selectionStart;
  if (!document.execCommand("insertText", false, text)) field.setRangeText(text, start, field.selectionEnd, "end");
  field.setSelectionRange(start + at, start + at + length);
}

function around(field, sign, sample) {
  const words = field.value.slice(field.selectionStart, field.selectionEnd) || sample;
  put(field, sign + words + sign, sign.length, words.length);
}

function lines(field, sign) {
  const from = field.value.lastIndexOf("\n", field.selectionStart - 1) + 1;
  field.setSelectionRange(from, field.selectionEnd);
  const words = field.value.slice(from, field.selectionEnd);
  put(field, words.split("\n").map((line) => sign + line).join("\n"));
}

/** A paragraph of its own, with an empty line before and behind. */
export function block(field, text) {
  const before = field.value.slice(0, field.selectionStart);
  const lead = !before || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
  put(field, `${lead}${text}\n\n`);
}

function blank(form) {
  const stem = form.elements.stem;
  const marks = [...stem.value.matchAll(/\[\[(\d{1,2})\]\]/g)].map((mark) => Number(mark[1]));
  put(stem, `[[${Math.max(0, ...marks) + 1}]]`);
}

export function watchBar(form, changed) {
  const bar = form.querySelector("[data-bar]");
  const buttons = [...bar.querySelectorAll("button")];
  let field = form.elements.stem;
  const handlers = { picture: () => {} };
  bar.hidden = false;
  for (const maker of form.querySelectorAll("[data-blank-maker]")) maker.hidden = false;

  form.addEventListener("focusin", (event) => {
    if (event.target.matches("[data-rich]")) field = event.target;
  });
  form.addEventListener("mousedown", (event) => {
    if (event.target.closest("[data-bar-do]")) event.preventDefault();
  });

  function run(what) {
    if (what === "picture") return handlers.picture(field);
    if (what === "blank") blank(form);
    else if (PIECES[what].around) around(field, PIECES[what].around, PIECES[what].sample);
    else if (PIECES[what].line) lines(field, PIECES[what].line);
    else block(field, PIECES[what].block);
    changed();
  }

  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-bar-do]");
    if (button) run(button.dataset.barDo);
  });
  // one stop for the tabulator; arrows go from button to button, Escape back to the words
  bar.addEventListener("keydown", (event) => {
    const here = buttons.indexOf(document.activeElement);
    const to = { ArrowRight: here + 1, ArrowLeft: here - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (event.key === "Escape") field.focus();
    if (to === undefined) return;
    event.preventDefault();
    const next = buttons[(to + buttons.length) % buttons.length];
    for (const button of buttons) button.tabIndex = button === next ? 0 : -1;
    next.focus();
  });
  return {
    run,
    handlers,
    field: () => field,
    focus: () => buttons.find((button) => button.tabIndex === 0).focus(),
  };
}
