// Single keys for what the page offers anyhow. They can be switched off, because programs that turn speech into keys press them too.

const SETTING = "shuyuan-reader-keys";

function areOn() {
  try {
    return localStorage.getItem(SETTING) !== "off";
  } catch {
    return true;
  }
}

function set(on) {
  try {
    localStorage.setItem(SETTING, on ? "on" : "off");
  } catch {
    // they work until the page is left
  }
}

const isTyping = (element) => element.closest?.("input, textarea, select, [contenteditable], dialog");

/** What a key does; nothing for other keys. */
function act(root, key) {
  const contents = root.getElementById("reader-contents");
  const drawer = root.querySelector("[data-drawer=reader-contents]");
  const open = () => drawer?.offsetParent && !contents.hasAttribute("data-open") && drawer.click();
  const acts = {
    n: () => root.querySelector("[data-key=n]")?.click(),
    p: () => root.querySelector("[data-key=p]")?.click(),
    c: () => {
      open();
      (contents.querySelector("a[aria-current]") ?? contents.querySelector("a")).focus();
    },
    m: () => root.querySelector("[data-key=m]").focus(),
    "/": () => {
      open();
      root.getElementById("unit-words").focus();
    },
    "?": () => root.querySelector("[data-keys]").showModal(),
  };
  return acts[key];
}

export function watchKeys(root) {
  const dialog = root.querySelector("[data-keys]");
  if (!dialog) return;
  const box = dialog.querySelector("[data-keys-on]");
  box.checked = areOn();
  box.addEventListener("change", () => set(box.checked));
  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target)) return;
    const found = act(root, event.key);
    if (!found || (event.key !== "?" && !box.checked)) return;
    event.preventDefault();
    found();
  });
}
