// Keys for reviewers: single letters do what the element of that data-key does. They are off while somebody types and
// can be switched off for good on this device.

const KEPT = "shuyuan-review-keys";
const line = document.querySelector("[data-review-keys]");
const box = line?.querySelector("[data-keys-on]");

function kept() {
  try {
    return localStorage.getItem(KEPT) !== "off";
  } catch {
    return true;
  }
}

if (line && box) {
  line.hidden = false;
  box.checked = kept();
  box.addEventListener("change", () => {
    try {
      localStorage.setItem(KEPT, box.checked ? "on" : "off");
    } catch {
      // a browser that keeps nothing asks again on the next page
    }
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("textarea, select, dialog, [contenteditable], input:not([type=checkbox], [type=radio])");
    if (!box.checked || typing || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!/^[a-z]$/i.test(event.key)) return;
    const target = document.querySelector(`[data-key="${event.key.toLowerCase()}"]`);
    if (!target) return;
    event.preventDefault();
    if (target.matches("textarea")) target.focus();
    else target.click();
  });
}
