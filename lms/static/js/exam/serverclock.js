// The server's time on this page. This computer's clock is never asked for it: only how much time has passed.

let came = null;

/** A page has come that takes the place of the one that was gone to. */
export function arrived(moment) {
  came = moment;
}

/** When the first byte of this page came, on the scale of performance.now(). */
export function arrival() {
  return came ?? performance.getEntriesByType?.("navigation")?.[0]?.responseStart ?? performance.now();
}

export class ServerClock {
  /** @param {number} now milliseconds since 1970 when the server made this page */
  constructor(now) {
    this.told = now;
    this.anchor = arrival();
  }

  /** Milliseconds since 1970 by the server; late by the way of an answer, never early. */
  now() {
    return this.told + performance.now() - this.anchor;
  }

  /** Set by an answer that has come just now. */
  set(now) {
    this.told = now;
    this.anchor = performance.now();
  }

  /** By how much this computer's clock is ahead, in milliseconds. */
  ahead() {
    return Date.now() - this.now();
  }
}
