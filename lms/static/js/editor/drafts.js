// What is typed is kept as a draft every few seconds, so that a reload, a crash or another machine loses nothing.

const PAUSE = 3000;
const AGAIN = 15000;

export function watchDrafts(editor, form) {
  const state = form.querySelector("[data-state]");
  let waiting = 0;
  let dirty = false;
  let leaving = false;
  let saving = null;

  const say = (words, kind) => {
    state.textContent = words;
    state.dataset.kind = kind;
  };

  async function send(keepalive) {
    dirty = false;
    const body = new FormData(form);
    body.delete("picture_file");
    body.delete("do");
    try {
      const answer = await fetch(editor.dataset.save, {
        method: "POST",
        body,
        headers: { Accept: "application/json", "X-CSRFToken": form.elements.csrf_token.value },
        credentials: "same-origin",
        redirect: "manual",
        keepalive,
      });
      const said = await answer.json().catch(() => ({}));
      if (!answer.ok) {
        dirty = true;
        say(said.message ?? editor.dataset.sayFailed, "bad");
        // what the server refuses stays refused until something changes; no answer is asked for again
        if (!said.message) schedule(AGAIN);
        return;
      }
      form.elements.draft.value = said.draft;
      form.elements.seen.value = said.seen;
      if (location.pathname !== said.page) history.replaceState(null, "", said.page);
      say(said.said, "good");
    } catch {
      dirty = true;
      say(editor.dataset.sayFailed, "bad");
      schedule(AGAIN);
    }
  }

  async function save(keepalive = false) {
    clearTimeout(waiting);
    while (saving) await saving;
    if (!dirty || leaving) return;
    saving = send(keepalive).finally(() => (saving = null));
    await saving;
    if (dirty && state.dataset.kind === "good") schedule(PAUSE);
  }

  function schedule(pause) {
    clearTimeout(waiting);
    waiting = setTimeout(save, pause);
  }

  form.addEventListener("input", () => {
    if (!dirty) say(editor.dataset.sayTyping, "typing");
    dirty = true;
    if (!saving) schedule(PAUSE);
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && dirty) save(true);
  });
  // a draft on its way must have arrived before the question is kept, or it would be left behind
  form.addEventListener("submit", async (event) => {
    leaving = true;
    clearTimeout(waiting);
    if (!saving) return;
    event.preventDefault();
    await saving;
    form.requestSubmit(event.submitter ?? undefined);
  });
  return {
    saveNow: () => {
      dirty = true;
      return save();
    },
  };
}
