// Reading a document: go on where one stopped, marks, citations, type size, search inside. Without it the text is there.
import { watchFind } from "./find.js";
import { Keeping } from "./keeping.js";
import { Marks } from "./marks.js";
import { Text, labelOf } from "./text.js";

const PAUSE = 1500;
const SIZES = 4;
const tools = document.querySelector("[data-reading]");
const prose = document.querySelector(".reader-page .prose");
const said = tools.querySelector("[data-said]");
const keeping = new Keeping(tools);
const text = new Text(prose);

function say(what, count) {
  said.textContent = what ? said.dataset[what].replace("#", count ?? "") : "";
}

// the place at the top of the window
function here() {
  let found = null;
  for (const place of prose.querySelectorAll("[id]")) {
    if (place.getBoundingClientRect().top > innerHeight / 3) break;
    found = place;
  }
  return found;
}

async function cite({ quote = "", anchor = "", label = "" }) {
  const { title, of, dated } = tools.dataset;
  const from = [of, dated].filter(Boolean).join(" ");
  const url = `${location.origin}${location.pathname}${anchor ? `#${anchor}` : ""}`;
  const words = `《${title.replace(/^《|》$/g, "")}》${label}${quote ? `：“${quote}”` : ""}${from ? `（${from}）` : ""} ${url}`;
  try {
    await navigator.clipboard.writeText(words);
    say("copied");
  } catch {
    const dialog = tools.querySelector("[data-cite-dialog]");
    dialog.querySelector("textarea").value = words;
    dialog.showModal();
    dialog.querySelector("textarea").select();
  }
}

function watchSizes() {
  const group = tools.querySelector("[data-sizes]");
  let size = Number(localStorage.getItem("reading.size")) || 0;
  const show = () => {
    prose.dataset.size = size;
    localStorage.setItem("reading.size", size);
  };
  group.hidden = false;
  group.addEventListener("click", (event) => {
    const by = Number(event.target.closest("[data-size]")?.dataset.size);
    if (!by) return;
    size = Math.max(-1, Math.min(SIZES, size + by));
    show();
  });
  show();
}

function watchPlace() {
  let kept = "";
  let timer = 0;
  const keep = () => {
    const place = here();
    const below = prose.getBoundingClientRect();
    const share = Math.round((1000 * (innerHeight - below.top)) / Math.max(1, below.height));
    const fields = { anchor: place?.id ?? "", label: labelOf(place), share: Math.max(0, Math.min(1000, share)) };
    if (fields.anchor === kept) return;
    kept = fields.anchor;
    keeping.place(fields).catch(() => undefined);
  };
  addEventListener("scroll", () => {
    clearTimeout(timer);
    timer = setTimeout(keep, PAUSE);
  }, { passive: true });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && timer) keep();
  });
}

function resume(place) {
  if (!place?.anchor || location.hash || !document.getElementById(place.anchor)) return;
  const line = tools.querySelector("[data-resume]");
  const link = line.querySelector("a");
  link.href = `#${place.anchor}`;
  link.textContent = place.label || `${Math.round(place.share / 10)}%`;
  link.addEventListener("click", () => (line.hidden = true));
  line.hidden = false;
}

const bookmark = tools.querySelector("[data-bookmark]");
bookmark.addEventListener("submit", async (event) => {
  event.preventDefault();
  const place = here();
  try {
    await keeping.mark({ anchor: place?.id ?? "", label: labelOf(place), quote: "", offset: 0, note: "" });
    say("marked");
  } catch {
    say("failed");
  }
});

const button = tools.querySelector("[data-cite]");
button.hidden = false;
button.addEventListener("click", () => {
  const place = here();
  cite({ anchor: place?.id, label: labelOf(place) });
});

watchSizes();
watchFind(tools.querySelector("[data-find]"), text);
const marks = new Marks({ tools, text, keeping, say, cite });
const held = await keeping.held();
const moved = marks.show(held.marks);
if (moved) say("moved", moved);
resume(held.place);
watchPlace();
document.documentElement.dataset.reading = "ready";
