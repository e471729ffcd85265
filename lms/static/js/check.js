// Ordering questions of a check: the arrows move lines, a hidden field carries their order.

import { moveLine } from "./exam/controls.js";

for (const list of document.querySelectorAll("[data-check] [data-order]")) {
  const field = document.createElement("input");
  field.type = "hidden";
  field.name = `q${list.closest("[data-slot]").dataset.slot}`;
  list.after(field);
  list.addEventListener("click", (event) => {
    const mover = event.target.closest("[data-move]");
    if (!mover) return;
    moveLine(mover);
    field.value = [...list.children].map((line) => line.dataset.value).join(",");
  });
}
