// <button data-copy="text" data-copied="Copied"> puts the text on the clipboard; hidden where there is none (plain HTTP).

export function watchCopies(root) {
  for (const button of root.querySelectorAll("button[data-copy]")) {
    if (!navigator.clipboard) {
      button.hidden = true;
      continue;
    }
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      if (button.dataset.copied) button.textContent = button.dataset.copied;
    });
  }
}
