// Reads the response out of a question's controls, and shows one in them: one pair of functions a kind of control.

const checked = (question) => [...question.querySelectorAll(".options input:checked")].map((input) => input.value);
const texts = (question, selector) => [...question.querySelectorAll(selector)];

function tick(question, values) {
  for (const input of question.querySelectorAll(".options input")) input.checked = values.includes(input.value);
}

/** Draws the areas of a picture as their options are ticked. */
export function outline(question) {
  for (const spot of question.querySelectorAll("[data-spot]")) {
    const input = question.querySelector(`.options input[value="${CSS.escape(spot.dataset.spot)}"]`);
    spot.toggleAttribute("data-chosen", Boolean(input?.checked));
  }
}

/** Ticks the option of the area that was clicked, as if its label had been. */
export function clickSpot(spot) {
  spot.closest(".spots").querySelector(`.options input[value="${CSS.escape(spot.dataset.spot)}"]`)?.click();
}

export const controls = {
  one: {
    read: (question) => checked(question)[0] ?? null,
    show: (question, value) => tick(question, value === null ? [] : [value]),
    blank: (value) => value === null,
  },
  many: {
    read: checked,
    show: (question, value) => tick(question, value ?? []),
    blank: (value) => !value.length,
  },
  blanks: {
    read: (question) => texts(question, "input.blank").map((input) => input.value),
    show: (question, value) => texts(question, "input.blank").forEach((input, n) => (input.value = value?.[n] ?? "")),
    blank: (value) => value.every((text) => !text.trim()),
  },
  inline: {
    read: (question) => texts(question, "select.gap").map((select) => select.value || null),
    show: (question, value) => texts(question, "select.gap").forEach((select, n) => (select.value = value?.[n] ?? "")),
    blank: (value) => value.every((id) => !id),
  },
  spots: {
    read: checked,
    show: (question, value) => {
      tick(question, value ?? []);
      outline(question);
    },
    blank: (value) => !value.length,
  },
  file: {
    // what was sent is kept beside the field, and shown by whoever listens; choosing a file is not yet sending it
    read: (question) => JSON.parse(question.querySelector("[data-file]").dataset.sent ?? "null"),
    show: (question, value) => {
      question.querySelector("[data-file]").dataset.sent = JSON.stringify(value ?? null);
      question.dispatchEvent(new CustomEvent("file-shown", { detail: value ?? null }));
    },
    blank: (value) => !value,
  },
  text: {
    read: (question) => question.querySelector("[data-text]").value,
    show: (question, value) => (question.querySelector("[data-text]").value = value ?? ""),
    blank: (value) => !value.trim(),
  },
  order: {
    read: (question) => (question.querySelector("[data-touched]") ? texts(question, "[data-order] > li").map((li) => li.dataset.value) : []),
    show: (question, value) => {
      const list = question.querySelector("[data-order]");
      if (!value?.length) return;
      list.dataset.touched = "";
      for (const id of value) list.append(list.querySelector(`:scope > li[data-value="${CSS.escape(id)}"]`));
    },
    blank: (value) => !value.length,
  },
  match: {
    read: (question) => Object.fromEntries(texts(question, "select[data-left]").filter((s) => s.value).map((s) => [s.dataset.left, s.value])),
    show: (question, value) => texts(question, "select[data-left]").forEach((s) => (s.value = value?.[s.dataset.left] ?? "")),
    blank: (value) => !Object.keys(value).length,
  },
};

/** Buttons that move a line of an ordering up or down; the keyboard's way is the only way, so it serves all. */
export function moveLine(button) {
  const line = button.closest("li");
  const list = line.parentElement;
  list.dataset.touched = "";
  if (button.dataset.move === "up") line.previousElementSibling?.before(line);
  else line.nextElementSibling?.after(line);
  button.focus();
}
