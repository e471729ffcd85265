// The controls of a previewed question can be tried; nothing is kept.
import { moveLine } from "./controls.js";

document.addEventListener("click", (event) => {
  const mover = event.target.closest(".question [data-move]");
  if (mover) moveLine(mover);
});
