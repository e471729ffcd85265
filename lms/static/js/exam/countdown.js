// The time left by the server's clock. This computer's clock is never asked: only how much time has passed.

const SPOKEN = [30, 10, 5, 1];

export class Countdown {
  /**
   * @param {object} options display, live (live region), remaining (ms), onEnd(), sentence ("{minutes} ..."),
   *   sentenceOfOne, spokenAt (minutes at which it is said)
   */
  constructor({ display, live, remaining, onEnd, sentence, sentenceOfOne, spokenAt = SPOKEN }) {
    Object.assign(this, { display, live, onEnd, sentence, sentenceOfOne, spokenAt });
    this.spoken = new Set();
    this.held = false;
    this.ended = false;
    this.set(remaining);
    for (const minutes of spokenAt) if (remaining <= minutes * 60000) this.spoken.add(minutes);
    setInterval(() => this.tick(), 250);
    this.tick();
  }

  /** Milliseconds left, as the server has just told. */
  set(remaining) {
    this.anchor = performance.now();
    this.remaining = remaining;
    if (remaining > 0) this.ended = false;
    // more than a hair above a mark: time was given, and the mark will be passed again
    for (const minutes of this.spokenAt) if (remaining > minutes * 60000 + 1500) this.spoken.delete(minutes);
  }

  /** The time stands still until `go`; `set` says how much of it is left. */
  hold() {
    this.set(this.left());
    this.held = true;
  }

  go() {
    this.held = false;
    this.set(this.remaining);
  }

  left() {
    if (this.held) return this.remaining;
    return Math.max(0, this.remaining - (performance.now() - this.anchor));
  }

  tick() {
    const left = this.left();
    const seconds = Math.ceil(left / 1000);
    const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
    this.display.querySelector(".countdown-time").textContent = parts.map((part) => String(part).padStart(2, "0")).join(":");
    this.display.dataset.level = left <= 300000 ? "last" : left <= 600000 ? "soon" : "calm";
    const passed = this.spokenAt.filter((minutes) => !this.spoken.has(minutes) && left <= minutes * 60000);
    if (passed.length && left > 0) this.#speak(Math.ceil(left / 60000));
    for (const minutes of passed) this.spoken.add(minutes);
    if (left === 0 && !this.held && !this.ended) {
      this.ended = true;
      this.onEnd();
    }
  }

  #speak(minutes) {
    this.live.textContent = minutes === 1 ? this.sentenceOfOne : this.sentence.replace("{minutes}", minutes);
  }
}
