// The navigation on small screens, and the small menus (details[data-drop]): arrow keys go through their entries; they close on
// Escape, on a click elsewhere and when the focus goes elsewhere. The groups of the opened navigation stay open on small screens.

function toggle(button, target) {
  const open = button.getAttribute("aria-expanded") !== "true";
  button.setAttribute("aria-expanded", String(open));
  target.toggleAttribute("data-open", open);
  for (const group of target.querySelectorAll("details")) group.open = open;
}

function closeDrops(root, except) {
  for (const drop of root.querySelectorAll("details[data-drop][open]")) {
    if (drop !== except && !drop.closest("[data-open]")) drop.open = false;
  }
}

function dropOf(event) {
  return event.target.closest?.("details[data-drop]") ?? null;
}

function step(event, drop) {
  const stops = [drop.querySelector("summary"), ...drop.querySelectorAll("a, button")];
  const here = stops.indexOf(event.target);
  if (here < 0) return;
  event.preventDefault();
  drop.open = true;
  const by = event.key === "ArrowDown" ? 1 : -1;
  stops[(here + by + stops.length) % stops.length].focus();
}

function pressed(root, event) {
  const drop = dropOf(event);
  if (event.key === "Escape") {
    const open = drop?.open ? drop : null;
    closeDrops(root, null);
    open?.querySelector("summary").focus();
  }
  if (drop && (event.key === "ArrowDown" || event.key === "ArrowUp")) step(event, drop);
}

export function watchMenus(root) {
  for (const button of root.querySelectorAll("[data-menu]")) {
    const target = root.getElementById(button.getAttribute("aria-controls"));
    if (target) button.addEventListener("click", () => toggle(button, target));
  }
  root.addEventListener("click", (event) => closeDrops(root, dropOf(event)));
  root.addEventListener("focusin", (event) => closeDrops(root, dropOf(event)));
  root.addEventListener("keydown", (event) => pressed(root, event));
}
