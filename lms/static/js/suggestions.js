// Titles below the library's search line while one types: arrow keys choose, Enter opens, Escape closes.

const PAUSE = 150;

function show(form, found) {
  const input = form.elements.q;
  const list = form.querySelector("[role=listbox]");
  list.replaceChildren(
    ...found.map((one, number) => {
      const item = document.createElement("li");
      item.id = `library-suggestion-${number}`;
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", "false");
      item.dataset.url = one.url;
      item.textContent = one.title;
      return item;
    }),
  );
  list.hidden = found.length === 0;
  input.setAttribute("aria-expanded", String(!list.hidden));
  input.removeAttribute("aria-activedescendant");
  const status = form.querySelector("[data-count-words]");
  status.textContent = found.length ? status.dataset.countWords.replace("{count}", found.length) : "";
}

function move(form, step) {
  const items = [...form.querySelectorAll("[role=option]")];
  if (!items.length) return;
  const now = items.findIndex((item) => item.getAttribute("aria-selected") === "true");
  const next = now + step < -1 ? items.length - 1 : now + step >= items.length ? -1 : now + step;
  items.forEach((item, number) => item.setAttribute("aria-selected", String(number === next)));
  const input = form.elements.q;
  if (next < 0) input.removeAttribute("aria-activedescendant");
  else {
    input.setAttribute("aria-activedescendant", items[next].id);
    items[next].scrollIntoView({ block: "nearest" });
  }
}

function watch(form) {
  const input = form.elements.q;
  let waiting = 0;
  let asked = 0;
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", form.querySelector("[role=listbox]").id);
  input.setAttribute("aria-expanded", "false");

  async function ask() {
    const words = input.value.trim();
    const turn = ++asked;
    let found = [];
    if (words) {
      try {
        const answer = await fetch(`${form.dataset.suggestions}?q=${encodeURIComponent(words)}`);
        if (answer.ok) found = await answer.json();
      } catch {
        found = []; // without the network one searches without suggestions
      }
    }
    if (turn === asked) show(form, found);
  }

  function close() {
    clearTimeout(waiting);
    asked += 1;
    show(form, []);
  }

  input.addEventListener("input", (event) => {
    clearTimeout(waiting);
    if (!event.isComposing) waiting = setTimeout(ask, PAUSE);
  });
  input.addEventListener("compositionend", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, PAUSE);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const chosen = form.querySelector("[role=option][aria-selected=true]");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (form.querySelector("[role=option]")) event.preventDefault();
      move(form, event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && chosen) {
      event.preventDefault();
      location.assign(chosen.dataset.url);
    } else if (event.key === "Escape" && !form.querySelector("[role=listbox]").hidden) {
      event.preventDefault();
      close();
    }
  });
  input.addEventListener("blur", close);
  form.addEventListener("submit", close);
  // mousedown: before the line loses the focus and the list closes
  form.addEventListener("mousedown", (event) => {
    const item = event.target.closest("[role=option]");
    if (!item) return;
    event.preventDefault();
    location.assign(item.dataset.url);
  });
}

for (const form of document.querySelectorAll("[data-suggestions]")) watch(form);
