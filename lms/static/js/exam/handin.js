// Handing in: says what is blank and flagged, waits until every answer is saved, then asks the server to end the attempt.

import { postJson, Refusal } from "./sync.js";

export class HandIn {
  /**
   * @param {object} options dialog, button (that opens it), url, resultUrl, sync, flush() (typing to answers), files() (whether those
   *   chosen are handed in), numbers() ({blank, flagged}: slots), leave(url), onNumber(slot)
   */
  constructor(options) {
    Object.assign(this, options);
    this.button.addEventListener("click", () => this.open());
    this.dialog.querySelector("[data-confirm-hand-in]").addEventListener("click", (event) => this.#confirm(event.currentTarget));
    this.dialog.addEventListener("click", (event) => this.#jump(event));
  }

  async open() {
    await this.flush();
    for (const [name, slots] of Object.entries(this.numbers())) {
      const list = this.dialog.querySelector(`[data-numbers="${name}"]`);
      list.hidden = !slots.length;
      list.querySelector("ol").replaceChildren(...slots.map((slot) => this.#cell(slot)));
    }
    this.#say(null);
    this.dialog.showModal();
  }

  #cell(slot) {
    const line = document.createElement("li");
    const link = document.createElement("a");
    link.className = "answer-cell";
    link.href = `#q-${slot}`;
    link.dataset.number = slot;
    link.textContent = slot;
    line.append(link);
    return line;
  }

  #jump(event) {
    const link = event.target.closest("[data-number]");
    if (!link) return;
    event.preventDefault();
    this.dialog.close();
    this.onNumber(Number(link.dataset.number));
  }

  #say(problem) {
    for (const notice of this.dialog.querySelectorAll("[data-problem]")) {
      notice.hidden = notice.dataset.problem !== problem;
      if (!notice.hidden) notice.focus();
    }
  }

  async #confirm(button) {
    button.disabled = true;
    let problem = "unsaved";
    try {
      await this.flush();
      problem = "file";
      if (!(await this.files())) return;
      problem = "unsaved";
      if (!(await this.sync.kick())) return;
      problem = "away";
      const answer = await postJson(this.url, { last: this.sync.base }, this.sync.headers);
      problem = null;
      await this.sync.store.clear().catch(() => undefined);
      this.leave(answer.next);
    } catch (error) {
      if (!(error instanceof Refusal && error.code === "attempt.over")) return;
      problem = null;
      this.leave(this.resultUrl);
    } finally {
      button.disabled = false;
      this.#say(problem);
    }
  }
}
