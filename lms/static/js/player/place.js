// Where one stopped on a page: kept on this computer, found again when the page is opened anew. The page itself is known to the
// server, on whatever computer.

const NAME = "shuyuan-place:";
/** A place above so small a part of the page is its beginning; one is kept so many milliseconds after scrolling has ended. */
const BEGINNING = 0.05;
const REST = 400;

function share(page) {
  const box = page.getBoundingClientRect();
  return Math.max(0, -box.top / box.height);
}

function found(key) {
  try {
    return Number(localStorage.getItem(key)) || 0;
  } catch {
    return 0;
  }
}

function keep(key, value) {
  try {
    if (value > BEGINNING) localStorage.setItem(key, value.toFixed(4));
    else localStorage.removeItem(key);
  } catch {
    // a browser that keeps nothing begins at the beginning
  }
}

export function keepPlace(root) {
  const page = root.querySelector("[data-place]");
  if (!page) return;
  const key = NAME + page.dataset.place;
  const before = found(key);
  if (before > BEGINNING && before < 1 && !location.hash) {
    scrollTo(0, scrollY + page.getBoundingClientRect().top + before * page.getBoundingClientRect().height);
    page.querySelector("[data-resumed]").hidden = false;
  }
  let timer;
  addEventListener(
    "scroll",
    () => {
      clearTimeout(timer);
      timer = setTimeout(() => keep(key, share(page)), REST);
    },
    { passive: true },
  );
}
