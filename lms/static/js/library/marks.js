// Highlighted passages and notes: drawn into the text, made from what is selected, changed by a click on them.
import { labelOf, placeOf } from "./text.js";

export class Marks {
  constructor({ tools, text, keeping, say, cite }) {
    Object.assign(this, { tools, text, keeping, say, cite });
    this.choice = tools.querySelector("[data-choice]");
    this.dialog = tools.querySelector("[data-note-dialog]");
    this.undo = tools.querySelector("[data-undo]");
    this.held = new Map();
    this.watch();
  }

  show(marks) {
    let moved = 0;
    for (const mark of marks) if (mark.quote && !this.draw(mark)) moved += 1;
    return moved;
  }

  draw(mark) {
    this.held.set(mark.id, mark);
    const found = this.text.find(mark.anchor, mark.offset, mark.quote);
    if (!found) return false;
    for (const [node, from, to] of this.text.pieces(...found)) {
      const piece = node.splitText(from);
      piece.splitText(to - from);
      const shown = document.createElement("mark");
      shown.className = "reading-mark";
      shown.dataset.mark = mark.id;
      shown.tabIndex = 0;
      shown.title = mark.note;
      shown.classList.toggle("has-note", Boolean(mark.note));
      piece.replaceWith(shown);
      shown.append(piece);
    }
    this.text.read();
    return true;
  }

  erase(id) {
    for (const shown of this.text.root.querySelectorAll(`mark[data-mark="${id}"]`)) shown.replaceWith(...shown.childNodes);
    this.text.root.normalize();
    this.text.read();
  }

  // what is selected in the text: its words without the blanks around them, and where they stand
  selected() {
    const chosen = getSelection();
    if (!chosen.rangeCount || chosen.isCollapsed) return null;
    const range = chosen.getRangeAt(0);
    if (!this.text.root.contains(range.startContainer) || !this.text.root.contains(range.endContainer)) return null;
    const start = this.text.at(range.startContainer, range.startOffset);
    const words = this.text.whole.slice(start, this.text.at(range.endContainer, range.endOffset));
    const quote = words.trim();
    if (!quote || quote.length > 2000) return null;
    const first = start + words.indexOf(quote);
    const place = placeOf(this.text.root, range.startContainer);
    return { quote, anchor: place?.id ?? "", label: labelOf(place), offset: first - this.text.of(place?.id), note: "" };
  }

  watch() {
    document.addEventListener("selectionchange", () => this.offer());
    this.choice.addEventListener("pointerdown", (event) => event.preventDefault()); // or the selection is gone
    this.choice.addEventListener("click", (event) => {
      const what = event.target.closest("[data-do]")?.dataset.do;
      const chosen = this.selected();
      if (!what || !chosen) return;
      if (what === "cite") this.cite(chosen);
      else if (what === "note") this.write(chosen);
      else this.make(chosen);
      getSelection().removeAllRanges();
    });
    const open = (event) => {
      const shown = event.target.closest("mark[data-mark]");
      if (!shown || (event.type === "keydown" && event.key !== "Enter")) return;
      event.preventDefault();
      this.write(this.held.get(shown.dataset.mark));
    };
    this.text.root.addEventListener("click", open);
    this.text.root.addEventListener("keydown", open);
    this.undo.addEventListener("click", () => this.back());
  }

  offer() {
    const chosen = this.selected();
    this.choice.hidden = !chosen;
    if (!chosen) return;
    const box = getSelection().getRangeAt(0).getBoundingClientRect();
    const within = (place, size, most) => `${Math.max(8, Math.min(place, most - size - 8))}px`;
    const below = box.bottom + 66 < innerHeight;
    this.choice.style.left = within(box.left, this.choice.offsetWidth, innerWidth);
    this.choice.style.top = within(below ? box.bottom + 10 : box.top - 64, this.choice.offsetHeight, innerHeight);
  }

  async make(mark) {
    try {
      const id = await this.keeping.mark(mark);
      this.draw({ ...mark, id });
    } catch {
      this.say("failed");
    }
  }

  // the note of a new mark (without an id) or of one that is there
  write(mark) {
    const field = this.dialog.querySelector("textarea");
    this.dialog.querySelector("[data-note-quote]").textContent = mark.quote;
    this.dialog.querySelector("[data-remove]").hidden = !mark.id;
    field.value = mark.note;
    this.dialog.returnValue = "leave";
    this.dialog.addEventListener("close", () => this.written(mark, field.value.trim()), { once: true });
    this.dialog.showModal();
  }

  async written(mark, note) {
    const what = this.dialog.returnValue;
    if (what === "keep" && !mark.id) return this.make({ ...mark, note });
    if (what !== "keep" && what !== "remove") return;
    try {
      await (what === "keep" ? this.keeping.note(mark.id, note) : this.keeping.remove(mark.id));
    } catch {
      this.say("failed");
      return;
    }
    this.erase(mark.id);
    if (what === "keep") this.draw({ ...mark, note });
    else this.gone(mark);
  }

  gone(mark) {
    this.removed = mark;
    this.undo.hidden = false;
    this.say("removed");
    this.undo.focus();
  }

  async back() {
    this.undo.hidden = true;
    try {
      await this.keeping.restore(this.removed.id);
      this.draw(this.removed);
      this.say("");
    } catch {
      this.say("failed");
    }
  }
}
