// A paper in two presentations: all questions on one page, or one at a time. The same paper, and nothing is asked of the
// server for it; the address keeps the place.

const TYPED = "input:not([type=radio]):not([type=checkbox]), select, textarea, [contenteditable]";
const CHOSEN = "input, select, textarea, [contenteditable]";

export class View {
  /**
   * @param {object} options paper, questions (Map of slot to article), material (slot to the slot that shows what it
   *   rests on), mode ("all" or "one"), key (where a choice of one's own is kept), onCurrent(question)
   */
  constructor(options) {
    Object.assign(this, options);
    this.slots = [...this.questions.keys()];
    this.steps = document.getElementById("exam-steps");
    this.chosen = sessionStorage.getItem(this.key) ?? this.mode;
    const named = Number(/^#q-(\d+)$/.exec(location.hash)?.[1]);
    this.slot = this.questions.has(named) ? named : this.slots[0];
    for (const question of this.questions.values()) question.querySelector(".question-number").tabIndex = -1;
    for (const button of document.querySelectorAll("[data-view]")) {
      button.addEventListener("click", () => this.choose(button.dataset.view));
    }
    for (const button of this.steps.querySelectorAll("[data-step]")) {
      button.addEventListener("click", () => this.step(Number(button.dataset.step)));
    }
    addEventListener("keydown", (event) => this.#key(event));
    addEventListener("hashchange", () => this.#follow());
    this.use(this.chosen);
    this.at(this.slot);
  }

  get single() {
    return this.chosen === "one";
  }

  /** The candidate's own choice; the page stays at the question that is current. */
  choose(mode) {
    sessionStorage.setItem(this.key, mode);
    this.use(mode);
    this.go(this.slot);
  }

  use(mode) {
    this.chosen = mode;
    this.paper.dataset.presentation = mode;
    this.steps.hidden = !this.single;
    for (const button of document.querySelectorAll("[data-view]")) {
      button.setAttribute("aria-pressed", String(button.dataset.view === mode));
    }
    this.#draw();
  }

  /** Take a question as the current one, without moving the focus. */
  at(slot) {
    this.slot = slot;
    if (location.hash !== `#q-${slot}`) history.replaceState(history.state, "", `#q-${slot}`);
    this.#draw();
    this.onCurrent(this.questions.get(slot));
  }

  /** Go to a question: it is shown, and its heading has the focus. */
  go(slot) {
    this.at(slot);
    const question = this.questions.get(slot);
    question.querySelector(".question-number").focus({ preventScroll: true });
    if (this.single) scrollTo(0, 0);
    else question.scrollIntoView({ block: "start" });
  }

  step(by) {
    const next = this.slots[this.slots.indexOf(this.slot) + by];
    if (next !== undefined) this.go(next);
  }

  #draw() {
    for (const [slot, question] of this.questions) question.hidden = this.single && slot !== this.slot;
    for (const section of this.paper.querySelectorAll(".exam-section")) {
      section.hidden = this.single && !section.contains(this.questions.get(this.slot));
    }
    this.#bringMaterial();
    const place = this.slots.indexOf(this.slot);
    this.steps.querySelector("[data-place]").textContent = `${place + 1} / ${this.slots.length}`;
    for (const button of this.steps.querySelectorAll("[data-step]")) {
      button.disabled = this.slots[place + Number(button.dataset.step)] === undefined;
    }
  }

  /** What several questions rest on stands with the one that is shown, else with the first of them. */
  #bringMaterial() {
    for (const holder of new Set(Object.values(this.material))) {
      const shownHere = this.single && this.material[this.slot] === holder ? this.slot : holder;
      const text = this.paper.querySelector(`.stimulus[data-of="${holder}"]`) ?? this.questions.get(holder).querySelector(".stimulus");
      if (!text) continue;
      text.dataset.of = holder;
      const question = this.questions.get(shownHere);
      if (!question.contains(text)) question.querySelector(".question-head").after(text);
    }
  }

  #follow() {
    const named = Number(/^#q-(\d+)$/.exec(location.hash)?.[1]);
    if (this.questions.has(named) && named !== this.slot) this.go(named);
  }

  /** A question longer than the window is read to its end, or back to its head, before the page is turned. */
  #readTo(end) {
    if (end === 1) return this.steps.getBoundingClientRect().bottom <= innerHeight;
    return this.questions.get(this.slot).getBoundingClientRect().top >= 0;
  }

  #key(event) {
    if (!this.single || event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    if (document.querySelector("dialog[open]")) return;
    const arrow = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const leaf = { PageUp: -1, PageDown: 1 }[event.key];
    if (event.target.closest?.(arrow ? CHOSEN : TYPED)) return;
    if (!arrow && !(leaf && this.#readTo(leaf))) return;
    event.preventDefault();
    this.step(arrow ?? leaf);
  }
}
