// A check without the player: the arrows of an ordering move lines and a hidden field carries their order; the areas of
// a picture tick their options.

import { clickSpot, moveLine, outline } from "./exam/controls.js";

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

for (const picture of document.querySelectorAll("[data-check] .spots")) {
  picture.addEventListener("change", () => outline(picture));
  picture.addEventListener("click", (event) => {
    const spot = event.target.closest("[data-spot]");
    if (spot) clickSpot(spot);
  });
}
