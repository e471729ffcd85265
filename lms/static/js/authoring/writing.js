// Writing a page or the settings of a unit: buttons for Markdown, preview, pictures, keeping by itself. Without scripts the
// form works, too.
import { block, put } from "../editor/bar.js";

const LOOK = 500;
const PAUSE = 2500;
const AGAIN = 15000;

const writing = document.querySelector("[data-writing]");
const form = writing?.querySelector("[data-writing-form]");
const token = () => ({ Accept: "application/json", "X-CSRFToken": form.elements.csrf_token.value });
const changed = () => form.dispatchEvent(new Event("input", { bubbles: true }));

/** Sends what is typed after a pause; what the server refuses waits for the next change, a lost line is tried again. */
function watchSaving() {
  const state = form.querySelector("[data-state]");
  const autosave = "autosave" in form.dataset;
  let waiting = 0;
  let dirty = false;
  let saving = null;
  let blocked = false;

  const say = (words, kind) => {
    state.textContent = words;
    state.dataset.kind = kind;
  };
  const schedule = (pause) => {
    clearTimeout(waiting);
    waiting = setTimeout(save, pause);
  };

  async function send(keepalive) {
    dirty = false;
    try {
      const answer = await fetch(location.pathname, {
        method: "POST", body: new FormData(form), headers: token(), credentials: "same-origin", redirect: "manual", keepalive,
      });
      const said = await answer.json().catch(() => ({}));
      if (answer.ok) {
        form.elements.seen.value = said.seen;
        return say(said.said, "good");
      }
      dirty = true;
      say(said.message ?? writing.dataset.sayFailed, "bad");
      // somebody else wrote: only the button decides, on a page that shows both
      blocked = answer.status === 409;
      if (!said.message) schedule(AGAIN);
    } catch {
      dirty = true;
      say(writing.dataset.sayFailed, "bad");
      schedule(AGAIN);
    }
  }

  async function save(keepalive = false) {
    clearTimeout(waiting);
    while (saving) await saving;
    if (!dirty || blocked) return;
    saving = send(keepalive === true).finally(() => (saving = null));
    await saving;
    if (dirty && state.dataset.kind === "good") schedule(PAUSE);
  }

  form.addEventListener("input", () => {
    if (!dirty) say(writing.dataset.sayTyping, "typing");
    dirty = true;
    if (autosave && !saving) schedule(PAUSE);
  });
  document.addEventListener("visibilitychange", () => {
    if (autosave && document.visibilityState === "hidden" && dirty) save(true);
  });
  form.addEventListener("submit", async (event) => {
    clearTimeout(waiting);
    dirty = false;
    if (!saving) return;
    event.preventDefault();
    await saving;
    form.requestSubmit(event.submitter ?? undefined);
  });
  addEventListener("beforeunload", (event) => {
    if (dirty) event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== "s") return;
    event.preventDefault();
    if (!autosave) return form.requestSubmit();
    dirty = true;
    save();
  });
}

function watchPreview() {
  const preview = writing.querySelector("[data-preview]");
  let waiting = 0;
  let asking = null;
  async function look() {
    asking?.abort();
    asking = new AbortController();
    try {
      const answer = await fetch(writing.dataset.look, {
        method: "POST", body: new FormData(form), headers: token(), credentials: "same-origin", signal: asking.signal,
      });
      if (!answer.ok) return;
      const made = new DOMParser().parseFromString((await answer.json()).html, "text/html");
      preview.replaceChildren(...made.body.childNodes);
    } catch {
      // offline or overtaken by the next look: the next change asks again
    }
  }
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(look, LOOK);
  });
}

function watchBar() {
  const bar = form.querySelector("[data-bar]");
  const text = form.elements.markdown;
  const file = form.querySelector("[data-picture]");
  const state = form.querySelector("[data-state]");
  const buttons = [...bar.querySelectorAll("button")];
  bar.hidden = false;

  const chosen = () => text.value.slice(text.selectionStart, text.selectionEnd);
  function lines(sign) {
    const from = text.value.lastIndexOf("\n", text.selectionStart - 1) + 1;
    text.setSelectionRange(from, text.selectionEnd);
    put(text, chosen().split("\n").map((line) => sign + line).join("\n"));
  }
  const acts = {
    bold: () => put(text, `**${chosen()}**`, 2, chosen().length),
    heading: () => lines("## "),
    list: () => lines("- "),
    quote: () => lines("> "),
    table: () => block(text, "| A | B |\n|---|---|\n|  |  |\n|  |  |"),
    link: () => put(text, `[${chosen()}](https://)`, 1, chosen().length),
    picture: () => file.click(),
  };
  async function send(picture) {
    const body = new FormData();
    body.set("file", picture);
    state.textContent = writing.dataset.sayPicture;
    const answer = await fetch(writing.dataset.sendPicture, { method: "POST", body, headers: token(), credentials: "same-origin" });
    const said = await answer.json().catch(() => ({}));
    if (!answer.ok) {
      state.textContent = said.message ?? writing.dataset.sayFailed;
      state.dataset.kind = "bad";
      return;
    }
    const words = writing.dataset.sayWords;
    put(text, `![${words}](${said.name})`, 2, words.length);
    changed();
  }
  form.addEventListener("mousedown", (event) => event.target.closest("[data-bar-do]") && event.preventDefault());
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-bar-do]");
    if (!button) return;
    acts[button.dataset.barDo]();
    if (button.dataset.barDo !== "picture") changed();
  });
  file.addEventListener("change", () => {
    if (file.files[0]) send(file.files[0]);
    file.value = "";
  });
  text.addEventListener("paste", (event) => {
    const picture = [...event.clipboardData.files].find((one) => one.type.startsWith("image/"));
    if (!picture) return;
    event.preventDefault();
    send(picture);
  });
  text.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "b") {
      event.preventDefault();
      acts.bold();
      changed();
    } else if (event.altKey && event.key === "F10") {
      event.preventDefault();
      buttons.find((button) => button.tabIndex === 0).focus();
    }
  });
  // one stop for the tabulator; arrows go from button to button, Escape back to the words
  bar.addEventListener("keydown", (event) => {
    const here = buttons.indexOf(document.activeElement);
    const to = { ArrowRight: here + 1, ArrowLeft: here - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (event.key === "Escape") text.focus();
    if (to === undefined) return;
    event.preventDefault();
    const next = buttons[(to + buttons.length) % buttons.length];
    for (const button of buttons) button.tabIndex = button === next ? 0 : -1;
    next.focus();
  });
}

/** Rows of terms and sources: one more is a copy of the last one, emptied and numbered on. */
function watchRows() {
  for (const rows of form.querySelectorAll("[data-entries]")) {
    const add = rows.querySelector("[data-entry-add]");
    add.hidden = false;
    add.addEventListener("click", () => {
      const last = [...rows.querySelectorAll("[data-entry]")].at(-1);
      const row = last.cloneNode(true);
      for (const one of row.querySelectorAll("[id], [name], [for]")) {
        for (const name of ["id", "name", "for"]) {
          const value = one.getAttribute(name);
          if (value) one.setAttribute(name, value.replace(/-(\d+)-/, (_all, n) => `-${Number(n) + 1}-`));
        }
        if ("value" in one) one.value = "";
      }
      last.after(row);
      row.querySelector("input").focus();
    });
  }
}

if (form) {
  if (form.querySelector("[data-state]")) watchSaving();
  if (writing.dataset.look) {
    watchPreview();
    watchBar();
  }
  watchRows();
}
