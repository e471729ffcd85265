// Areas of a picture: drawn with the mouse or a finger; the fields with the numbers are the same thing for the keyboard.

const SVG = "http://www.w3.org/2000/svg";
/** Less than this on the screen is a click and draws nothing. */
const LEAST = 4;

const numbers = (text) => text.split(/[\s,，;；]+/).filter(Boolean).map(Number).filter(Number.isFinite);

function shape(kind, coords) {
  const make = (name, attributes) => {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  };
  if (kind === "rect" && coords.length === 4) return make("rect", { x: coords[0], y: coords[1], width: coords[2], height: coords[3] });
  if (kind === "circle" && coords.length === 3) return make("circle", { cx: coords[0], cy: coords[1], r: coords[2] });
  if (kind === "poly" && coords.length >= 2) return make(coords.length >= 6 ? "polygon" : "polyline", { points: coords.join(" ") });
  return null;
}

export function watchSpots(form, pictures, changed) {
  const part = form.querySelector("[data-spots-editor]");
  if (!part) return;
  const drawing = part.querySelector("[data-spots-drawing]");
  const image = drawing.querySelector("image");
  const hint = part.querySelector("[data-spots-hint]");
  const group = form.querySelector('[data-rows="spots"]');
  const [picture, width, height] = ["picture", "width", "height"].map((name) => form.elements[name]);
  const size = () => [Number(width.value) || 1, Number(height.value) || 1];
  let chosen = 0;
  let begun = null;

  const rows = () => [...group.querySelectorAll("[data-row]")];
  const of = (row, name) => row.querySelector(`[name$="-${name}"]`);

  function draw() {
    for (const old of drawing.querySelectorAll("g")) old.remove();
    rows().forEach((row, n) => {
      const coords = numbers(of(row, "coords").value);
      const area = shape(of(row, "shape").value, coords);
      row.toggleAttribute("data-chosen", n === chosen);
      if (!area) return;
      const holder = document.createElementNS(SVG, "g");
      holder.setAttribute("class", "spot");
      holder.toggleAttribute("data-chosen", n === chosen);
      const letter = document.createElementNS(SVG, "text");
      const unit = Math.max(...size()) / 40;
      const circle = of(row, "shape").value === "circle";
      letter.setAttribute("x", coords[0] - (circle ? coords[2] : 0) + unit * 0.4);
      letter.setAttribute("y", coords[1] - (circle ? coords[2] : 0) + unit * 1.3);
      letter.setAttribute("font-size", unit * 1.3);
      letter.textContent = String.fromCharCode(65 + n);
      holder.append(area, letter);
      drawing.append(holder);
    });
  }

  function show(kept) {
    [picture.value, width.value, height.value] = [kept.name, kept.width, kept.height];
    image.setAttribute("href", kept.address);
    image.setAttribute("width", kept.width);
    image.setAttribute("height", kept.height);
    drawing.setAttribute("viewBox", `0 0 ${kept.width} ${kept.height}`);
    drawing.removeAttribute("hidden");
    hint.hidden = false;
    draw();
    changed();
  }

  const file = part.querySelector("input[type=file]");
  const said = document.createElement("p");
  said.className = "field-errors";
  said.setAttribute("role", "alert");
  file.before(said);
  async function take(chosenFile) {
    said.textContent = "";
    try {
      show(await pictures.send(chosenFile));
      file.value = "";
    } catch (error) {
      said.textContent = error.message;
    }
  }
  file.addEventListener("change", () => file.files[0] && take(file.files[0]));
  part.addEventListener("dragover", (event) => event.preventDefault());
  for (const [target, name, transfer] of [[part, "drop", "dataTransfer"], [document, "paste", "clipboardData"]]) {
    target.addEventListener(name, (event) => {
      const dropped = pictures.pictureIn(event[transfer]);
      if (!dropped || event.target.matches?.("[data-rich]") || event.defaultPrevented) return;
      event.preventDefault();
      take(dropped);
    });
  }

  /** Where in the picture an event happened, in whole pixels inside it. */
  function at(event) {
    const box = drawing.getBoundingClientRect();
    const [w, h] = size();
    const inside = (value, most) => Math.round(Math.min(most, Math.max(0, value)));
    return [inside(((event.clientX - box.left) / box.width) * w, w), inside(((event.clientY - box.top) / box.height) * h, h)];
  }

  function drawn(kind, [x0, y0], [x1, y1]) {
    if (kind === "rect") return [Math.min(x0, x1), Math.min(y0, y1), Math.abs(x1 - x0), Math.abs(y1 - y0)];
    const [w, h] = size();
    const radius = Math.round(Math.hypot(x1 - x0, y1 - y0));
    return [x0, y0, Math.min(radius, x0, y0, w - x0, h - y0)];
  }

  const row = () => rows()[chosen];
  const write = (coords) => {
    of(row(), "coords").value = coords.join(", ");
    draw();
  };

  drawing.addEventListener("pointerdown", (event) => {
    if (!row() || event.button) return;
    event.preventDefault();
    if (of(row(), "shape").value === "poly") {
      write([...numbers(of(row(), "coords").value), ...at(event)]);
      changed();
      return;
    }
    begun = { place: at(event), before: of(row(), "coords").value, x: event.clientX, y: event.clientY };
    drawing.setPointerCapture(event.pointerId);
  });
  drawing.addEventListener("pointermove", (event) => {
    if (begun) write(drawn(of(row(), "shape").value, begun.place, at(event)));
  });
  drawing.addEventListener("pointerup", (event) => {
    if (!begun) return;
    const coords = drawn(of(row(), "shape").value, begun.place, at(event));
    if (Math.hypot(event.clientX - begun.x, event.clientY - begun.y) < LEAST || coords.slice(2).includes(0)) {
      of(row(), "coords").value = begun.before;
      draw();
    } else {
      write(coords);
      changed();
    }
    begun = null;
  });

  group.addEventListener("focusin", (event) => {
    const here = rows().indexOf(event.target.closest("[data-row]"));
    if (here < 0 || here === chosen) return;
    chosen = here;
    draw();
  });
  form.addEventListener("input", draw);
  group.addEventListener("change", (event) => {
    // the numbers of a rectangle say nothing about a circle
    if (event.target.name?.endsWith("-shape")) of(event.target.closest("[data-row]"), "coords").value = "";
    draw();
  });
  hint.hidden = !picture.value;
  draw();
}
