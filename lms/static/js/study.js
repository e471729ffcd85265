// Tells the server how long a page of a unit is read: a beat every half minute while the page is before the reader's eyes.
// A video of the page tells it what was played. Beats that find no network wait in localStorage and are sent again, by this page or the next; the server judges each once.

import { VideoPlayer } from "./player/video.js";

const BEAT = 30000;
const TICK = 5000;
const PATIENCE = 20000;
/** So long after the page has asked for a sign of the reader the server counts nothing more. */
const ANSWER_WITHIN = 2 * 60000;
const NONCE = 12;
const MOST_STREAMS = 8;
const MOST_BEATS = 400;
const SIGNS = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart", "scroll"];

/** Unsent beats of every stream of one person in this browser: {opening, beats} by the stream's id. */
class Kept {
  constructor(person) {
    this.prefix = `shuyuan-study:${person}:`;
  }

  write(opening, beats) {
    try {
      if (beats.length) localStorage.setItem(this.prefix + opening.stream, JSON.stringify({ opening, beats }));
      else localStorage.removeItem(this.prefix + opening.stream);
    } catch {
      // a browser that keeps nothing sends what it has in memory
    }
  }

  /** What other pages left, without the stream of this one. */
  others(own) {
    try {
      const keys = Object.keys(localStorage).filter((key) => key.startsWith(this.prefix) && !key.endsWith(own));
      return keys.map((key) => JSON.parse(localStorage.getItem(key))).filter((found) => found?.beats?.length);
    } catch {
      return [];
    }
  }
}

/** One opening with its nonces; `zero` is where its clock starts, on the scale of performance.now(). */
class Stream {
  constructor({ opening, nonces }, zero) {
    Object.assign(this, { opening, nonces, zero, number: 0, told: 0, unsent: [] });
  }

  clock(moment) {
    return Math.max(0, Math.floor(moment - this.zero));
  }

  get have() {
    return this.number + this.nonces.length / NONCE;
  }

  /** A stretch up to `moment` becomes a beat; nothing when it is empty. False when no nonce is left. */
  close(moment, { seen, hidden, played = () => null }) {
    const end = this.clock(moment);
    if (end <= this.told) return true;
    if (!this.nonces) {
      this.told = end;
      return false;
    }
    this.number += 1;
    const nonce = this.nonces.slice(0, NONCE);
    this.nonces = this.nonces.slice(NONCE);
    this.unsent.push([this.number, nonce, this.told, end, Math.min(end, this.clock(seen)), hidden, ...(played(end - this.told) ?? [])]);
    this.told = end;
    return true;
  }
}

class Study {
  constructor(root, settings) {
    Object.assign(this, { root, settings });
    this.kept = new Kept(settings.person);
    const arrival = performance.getEntriesByType?.("navigation")?.[0]?.responseStart ?? performance.now();
    this.stream = new Stream(settings, Math.min(arrival, performance.now()));
    this.seen = performance.now();
    this.hidden = document.visibilityState !== "visible";
    this.closed = performance.now();
    this.sums = { today: settings.today, unit: settings.counted };
    this.stopped = false;
    this.sending = false;
    this.askAfter = settings.presence ? settings.presence * 60000 : Infinity;
    this.video = this.#video();
    this.ask = document.querySelector("[data-study-ask] > div");
    this.#show("");
    this.#watch();
    if (this.kept.others(this.stream.opening.stream).length) this.send();
  }

  /** The video of the page, if it has one. */
  #video() {
    const root = document.querySelector("[data-video]");
    const { video: told, words, person, unit, opening } = this.settings;
    if (!root || !told) return null;
    const key = `${person}:${unit}:${opening.page}:${opening.video.slice(0, 16)}`;
    const played = ({ send = false } = {}) => {
      this.close();
      if (send) this.send();
    };
    return new VideoPlayer(root, { told, words, key, played });
  }

  #watch() {
    for (const name of SIGNS) addEventListener(name, () => this.sign(), { passive: true, capture: true });
    document.addEventListener("visibilitychange", () => this.turn(document.visibilityState !== "visible"));
    addEventListener("pagehide", () => this.hidden || this.turn(true));
    addEventListener("pageshow", (event) => event.persisted && this.turn(document.visibilityState !== "visible"));
    addEventListener("online", () => this.send());
    setInterval(() => this.tick(), TICK);
  }

  /** The reader did something. */
  sign() {
    const now = performance.now();
    if (now - this.seen > this.askAfter + ANSWER_WITHIN) this.close();
    this.seen = now;
    if (!this.ask.hidden) {
      this.ask.hidden = true;
      this.#show("");
    }
  }

  /** The page comes before the reader's eyes or goes. */
  turn(hidden) {
    this.close();
    if (!hidden) this.sign();
    this.hidden = hidden;
    this.send({ keepalive: hidden });
  }

  tick() {
    const now = performance.now();
    if (this.hidden) return;
    if (now - this.seen > this.askAfter) this.ask.hidden = false;
    if (now - this.seen > this.askAfter + ANSWER_WITHIN) {
      this.video?.pause();
      this.#show(this.settings.words.asleep);
    }
    if (now - this.closed < BEAT) return;
    this.close();
    this.send();
  }

  close() {
    this.closed = performance.now();
    const played = (length) => this.video?.taken(length) ?? null;
    const noted = this.stream.close(this.closed, { seen: this.seen, hidden: this.hidden, played });
    this.kept.write(this.stream.opening, this.stream.unsent);
    if (!noted) this.#show(this.settings.words.spent);
  }

  /** What is sent: this page's stream first, then what others left. */
  #streams() {
    const own = this.stream;
    const clock = own.clock(performance.now());
    const found = [{ opening: own.opening, have: own.have, clock, beats: own.unsent.slice(0, MOST_BEATS) }];
    let room = MOST_BEATS - found[0].beats.length;
    for (const { opening, beats } of this.kept.others(own.opening.stream).slice(0, MOST_STREAMS - 1)) {
      if (beats.length > room) continue;
      room -= beats.length;
      found.push({ opening, have: 0, clock: 0, beats });
    }
    return found;
  }

  async send({ keepalive = false } = {}) {
    if (this.stopped || (this.sending && !keepalive)) return;
    const streams = keepalive ? this.#streams().slice(0, 1) : this.#streams();
    if (!streams.some((one) => one.beats.length)) return;
    this.sending = true;
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), PATIENCE);
    try {
      const response = await fetch(this.settings.url, {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json", ...this.settings.headers },
        body: JSON.stringify({ streams }),
        credentials: "same-origin",
        cache: "no-store",
        keepalive,
        signal: stop.signal,
      });
      if (response.ok) this.#heard(streams, await response.json());
      else this.#refused(response.status, streams);
    } catch {
      this.#show(this.settings.words.waiting);
    } finally {
      clearTimeout(timer);
      this.sending = false;
    }
  }

  #heard(streams, answer) {
    for (const { opening, have, beats } of streams) {
      const told = answer.streams[opening.stream];
      if (opening.stream === this.stream.opening.stream) this.#acknowledged(told, have, beats);
      else this.kept.write(opening, told ? beats.filter(([number]) => number > told.number) : []);
    }
    this.sums.today = answer.today;
    [this.sums.unit] = answer.units[this.settings.unit] ?? [this.sums.unit];
    this.#show("");
  }

  /** This page's stream was heard; it may be given a new one, where its clock stood still while the machine slept. */
  #acknowledged(told, have, beats) {
    const { stream } = this;
    if (!told) {
      this.stopped = true;
      return;
    }
    stream.unsent = stream.unsent.filter(([number]) => number > told.number);
    // of two answers to requests that went out together the second brings the same nonces once more
    const further = have + told.nonces.length / NONCE - stream.have;
    if (further > 0) stream.nonces += told.nonces.slice(-further * NONCE);
    const ends = beats.filter((beat) => beat.length > 6).map((beat) => beat[7]);
    if (told.video) this.video?.heard(told.video, ends.length ? Math.max(...ends) : null);
    if (told.next) {
      this.close();
      this.stream = new Stream(told.next, performance.now());
    } else this.kept.write(stream.opening, stream.unsent);
  }

  /** A log-in that is over keeps what waits for the next one; what the server does not understand is of no use. */
  #refused(status, streams) {
    if (status >= 500 || status === 429) {
      this.#show(this.settings.words.waiting);
      return;
    }
    this.stopped = status !== 400 || streams.length === 1;
    if (status === 400) for (const { opening } of streams.slice(1)) this.kept.write(opening, []);
    if (this.stopped) this.#show(this.settings.words.signedOut);
  }

  #show(state) {
    const { words, minutes } = this.settings;
    const whole = (length) => String(Math.floor(length / 60000));
    const text = minutes ? words.wanted : words.counted;
    const values = { today: whole(this.sums.today), unit: whole(this.sums.unit), minutes: String(minutes) };
    this.root.querySelector("[data-study-sum]").textContent = text.replace(/\{(\w+)\}/g, (_all, name) => values[name]);
    const said = this.root.querySelector("[data-study-state]");
    if (said.textContent !== state) said.textContent = state;
    this.root.hidden = false;
    this.root.dataset.study = this.stream.unsent.length ? "waiting" : "saved";
  }
}

const root = document.querySelector("[data-study]");
if (root) new Study(root, JSON.parse(root.querySelector("[data-study-settings]").textContent));
