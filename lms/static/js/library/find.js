// Search inside the document that is open: all places are coloured, Enter goes to the next one.

export function watchFind(form, text) {
  const field = form.querySelector("input");
  const output = form.querySelector("output");
  const coloured = "highlights" in CSS;
  let places = [];
  let here = -1;

  function look() {
    const asked = field.value.trim().toLowerCase();
    const whole = text.whole.toLowerCase();
    places = [];
    for (let at = asked ? whole.indexOf(asked) : -1; at >= 0 && places.length < 2000; at = whole.indexOf(asked, at + asked.length)) {
      places.push([at, at + asked.length]);
    }
    here = -1;
    if (coloured) {
      const ranges = places.map(([start, end]) => text.range(start, end)).filter(Boolean);
      CSS.highlights.set("found", new Highlight(...ranges));
      CSS.highlights.delete("found-here");
    }
    output.textContent = asked ? `0 / ${places.length}` : "";
  }

  function go(by) {
    if (!places.length) return;
    here = (here + by + places.length) % places.length;
    const range = text.range(...places[here]);
    if (coloured) CSS.highlights.set("found-here", new Highlight(range));
    range.startContainer.parentElement.scrollIntoView({ block: "center" });
    output.textContent = `${here + 1} / ${places.length}`;
  }

  form.hidden = false;
  field.addEventListener("input", look);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.shiftKey) {
      event.preventDefault();
      go(-1);
    }
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    go(1);
  });
  form.querySelector("[data-find-previous]").addEventListener("click", () => go(here < 0 ? 0 : -1));
}
