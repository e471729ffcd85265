// The time left by the server's clock. This computer's clock is never asked: only how much time has passed.

const SPOKEN = [30, 10, 5, 1];

export class Countdown {
  constructor({ display, live, remaining, onEnd, sentence }) {
    Object.assign(this, { display, live, onEnd, sentence });
    this.spoken = new Set();
    this.held = false;
    this.set(remaining);
    this.timer = setInterval(() => this.tick(), 250);
    this.tick();
  }

  /** Milliseconds left, as the server has just told. */
  set(remaining) {
    this.anchor = performance.now();
    this.remaining = remaining;
    for (const minutes of SPOKEN) if (remaining <= minutes * 60000 - 1500) this.spoken.add(minutes);
    else this.spoken.delete(minutes);
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
    for (const minutes of SPOKEN) {
      if (!this.spoken.has(minutes) && left <= minutes * 60000) {
        this.spoken.add(minutes);
        this.live.textContent = this.sentence.replace("{minutes}", minutes);
      }
    }
    if (left === 0) {
      clearInterval(this.timer);
      this.onEnd();
    }
  }
}
