// The whole editor by keyboard: Ctrl+Enter keeps the question, Ctrl+S the draft, Ctrl+B makes bold, Alt+F10 goes to the bar.

export function watchKeys(editor, form, bar, drafts) {
  form.addEventListener("keydown", (event) => {
    const held = event.ctrlKey || event.metaKey;
    if (held && event.key === "Enter") {
      event.preventDefault();
      form.requestSubmit(form.querySelector("[data-keep]"));
    } else if (held && !event.altKey && event.key.toLowerCase() === "b" && event.target.matches("[data-rich]")) {
      event.preventDefault();
      bar.run("bold");
    } else if (event.altKey && event.key === "F10") {
      event.preventDefault();
      bar.focus();
    } else if (event.key === "Enter" && event.target.matches("input:not([type=submit], [type=button], [type=file])")) {
      event.preventDefault(); // one line more is not "keep"
    }
  });
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== "s") return;
    event.preventDefault();
    drafts.saveNow();
  });
  form.querySelector("[data-save-draft]").addEventListener("click", (event) => {
    event.preventDefault();
    drafts.saveNow();
  });
  const summary = document.querySelector("#summary");
  summary?.focus();
}
