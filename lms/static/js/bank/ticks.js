// Ticks of a list: one box for all of the page, and how many are ticked.

for (const form of document.querySelectorAll("[data-ticks]")) {
  const boxes = [...form.querySelectorAll("input[name=item]")];
  const all = form.querySelector("[data-tick-all]");
  const count = form.querySelector("[data-tick-count]");
  const ticked = form.querySelector('input[name=all][value=""]');

  const show = () => {
    const number = boxes.filter((box) => box.checked).length;
    if (count) count.textContent = number ? `(${number})` : "";
    if (all) {
      all.checked = number === boxes.length;
      all.indeterminate = number > 0 && number < boxes.length;
    }
  };

  if (all) {
    all.hidden = false;
    all.addEventListener("change", () => {
      for (const box of boxes) box.checked = all.checked;
      show();
    });
  }
  for (const box of boxes) {
    box.addEventListener("change", () => {
      if (ticked) ticked.checked = true;
      show();
    });
  }
  show();
}
