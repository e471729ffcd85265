// <button data-drawer="id" aria-expanded="false"> opens and closes a panel such as the answer card on a phone.

function set(button, panel, open) {
  button.setAttribute("aria-expanded", String(open));
  panel.toggleAttribute("data-open", open);
}

export function watchDrawers(root) {
  for (const button of root.querySelectorAll("button[data-drawer]")) {
    const panel = root.getElementById(button.dataset.drawer);
    if (!panel) continue;
    button.addEventListener("click", () => set(button, panel, button.getAttribute("aria-expanded") !== "true"));
    panel.addEventListener("click", (event) => {
      if (event.target.closest("a, [data-drawer-close]")) set(button, panel, false);
    });
    root.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !panel.hasAttribute("data-open")) return;
      set(button, panel, false);
      button.focus();
    });
  }
}
