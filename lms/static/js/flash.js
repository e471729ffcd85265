// A line about the last action can be closed; it never goes away by itself, slow readers need it.

export function watchFlashes(root) {
  for (const button of root.querySelectorAll("[data-flash] [data-dismiss]")) {
    button.hidden = false;
    button.addEventListener("click", () => button.closest("[data-flash]").remove());
  }
}
