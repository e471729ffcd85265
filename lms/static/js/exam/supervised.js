// What whoever supervises does shows on the candidate's page: more time, time that stands still, time that goes on.

const SHOWN = 60000;

/** Tells the candidate, calmly and once, what became of the time. */
export class Supervised {
  /** @param {object} options veil (dialog), notice (element), words, extra (seconds given so far), onPause(paused) */
  constructor(options) {
    Object.assign(this, options);
    this.paused = false;
    this.veil.addEventListener("cancel", (event) => event.preventDefault());
    this.veil.addEventListener("close", () => this.paused && this.veil.showModal());
  }

  /** What the server says of the time now. */
  tell({ paused, extra }) {
    if (extra > this.extra) {
      const minutes = Math.round((extra - this.extra) / 6) / 10;
      this.say(this.words.moreTime.replace("{minutes}", minutes));
    }
    this.extra = extra;
    if (paused === this.paused) return;
    this.paused = paused;
    this.onPause(paused);
    if (paused) {
      for (const open of document.querySelectorAll("dialog[open]")) open.close();
      this.veil.showModal();
    } else {
      this.veil.close();
      this.say(this.words.goesOn);
    }
  }

  say(sentence) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => (this.notice.hidden = true), SHOWN);
    this.notice.hidden = false;
    this.notice.querySelector("[data-told]").textContent = sentence;
  }
}

/** Calls back when the window with the paper loses the focus, and when it has it again. */
export function watchFocus(onAway, onBack) {
  let away = false;
  const look = () => {
    const now = document.visibilityState === "hidden" || !document.hasFocus();
    if (now === away) return;
    away = now;
    (away ? onAway : onBack)();
  };
  // a window that is only looked away from for a moment (a notice of the system) does not count
  const soon = () => setTimeout(look, 700);
  for (const name of ["blur", "focus"]) addEventListener(name, soon);
  document.addEventListener("visibilitychange", soon);
}
