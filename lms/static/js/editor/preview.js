// The preview beside the form: asked from the server after a pause in typing, in the width of a desktop or a phone.

const PAUSE = 500;

export function watchPreview(editor, form) {
  const preview = editor.querySelector("[data-preview]");
  const widths = editor.querySelector("[data-widths]");
  let waiting = 0;
  let asking = null;

  async function look() {
    asking?.abort();
    asking = new AbortController();
    const body = new FormData(form);
    body.delete("picture_file");
    body.delete("do");
    try {
      const answer = await fetch(editor.dataset.look, {
        method: "POST",
        body,
        headers: { Accept: "application/json", "X-CSRFToken": form.elements.csrf_token.value },
        credentials: "same-origin",
        signal: asking.signal,
      });
      if (!answer.ok) return;
      const said = await answer.json();
      const made = new DOMParser().parseFromString(said.html, "text/html");
      preview.replaceChildren(...made.body.childNodes);
      preview.dataset.problems = said.problems;
    } catch {
      // offline or overtaken by the next look: the next change asks again
    }
  }

  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(look, PAUSE);
  });

  widths.hidden = false;
  widths.addEventListener("click", (event) => {
    const button = event.target.closest("[data-width]");
    if (!button) return;
    preview.dataset.width = button.dataset.width;
    for (const other of widths.children) other.setAttribute("aria-pressed", String(other === button));
  });

  // a link to a field that lies in a closed part opens it
  editor.addEventListener("click", (event) => goTo(event.target.closest('a[href^="#"]'), event));
  document.querySelector("#summary")?.addEventListener("click", (event) => goTo(event.target.closest("a"), event));
}

function goTo(link, event) {
  const target = link && document.getElementById(link.getAttribute("href").slice(1));
  if (!target) return;
  event.preventDefault();
  target.closest("details")?.setAttribute("open", "");
  const field = target.matches("input, textarea, select, [tabindex]") ? target : target.querySelector("input, textarea, select");
  (field ?? target).focus();
}
