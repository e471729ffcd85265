// The navigation on small screens, and the small menus (details[data-drop]) that close on Escape or a click elsewhere.

function toggle(button, target) {
  const open = button.getAttribute("aria-expanded") !== "true";
  button.setAttribute("aria-expanded", String(open));
  target.toggleAttribute("data-open", open);
}

function closeDrops(root, except) {
  for (const drop of root.querySelectorAll("details[data-drop][open]")) {
    if (drop !== except) drop.open = false;
  }
}

export function watchMenus(root) {
  for (const button of root.querySelectorAll("[data-menu]")) {
    const target = root.getElementById(button.getAttribute("aria-controls"));
    if (target) button.addEventListener("click", () => toggle(button, target));
  }
  root.addEventListener("click", (event) => closeDrops(root, event.target.closest("details[data-drop]")));
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = event.target.closest?.("details[data-drop][open]");
    closeDrops(root, null);
    open?.querySelector("summary").focus();
  });
}
