// Changes the colours at once and tells the server, which keeps the choice in a cookie and renders it from then on.

const MEDIA = { light: "not all", dark: "screen", auto: "screen and (prefers-color-scheme: dark)" };

function show(root, theme) {
  root.documentElement.dataset.theme = theme;
  root.getElementById("dark-tokens").media = MEDIA[theme];
  root.querySelector('meta[name="color-scheme"]').content = theme === "auto" ? "light dark" : theme;
}

export function watchTheme(root) {
  const form = root.querySelector("[data-theme-form]");
  form?.addEventListener("submit", async (event) => {
    const button = event.submitter;
    if (!button || !(button.value in MEDIA)) return;
    event.preventDefault();
    const body = new FormData(form);
    body.set(button.name, button.value);
    show(root, button.value);
    for (const other of form.querySelectorAll("button")) {
      other.setAttribute("aria-pressed", String(other === button));
    }
    try {
      await fetch(form.action, { method: "POST", body, redirect: "manual", credentials: "same-origin" });
    } catch {
      // offline: the choice holds for this page
    }
  });
}
