// The controls of a previewed question can be tried; nothing is kept.
import { clickSpot, moveLine, outline } from "./controls.js";

document.addEventListener("click", (event) => {
  const mover = event.target.closest(".question [data-move]");
  if (mover) moveLine(mover);
  const spot = event.target.closest(".question [data-spot]");
  if (spot) clickSpot(spot);
});

document.addEventListener("change", (event) => {
  const question = event.target.closest(".question");
  if (question?.querySelector("[data-spot]")) outline(question);
});
