// Sends events until the server has acknowledged each one. "Saved" means: the server has it on disk.

const BATCH = 50;
const PATIENCE = 20000;
const STAYS = 3000;
const PAUSES = [1000, 2000, 4000, 8000, 15000];
// a server that has not answered for so long has not saved it, as far as the candidate is concerned
const SLOW = 4000;

/** The server's refusal of a batch: its code says why. */
export class Refusal extends Error {
  constructor(status, code) {
    super(code);
    this.status = status;
    this.code = code;
  }
}

/** Ends a request that nobody answers: a network that swallows everything must not look like one that works. */
function patience() {
  const stop = new AbortController();
  setTimeout(() => stop.abort(), PATIENCE);
  return stop.signal;
}

export async function postJson(url, body, headers) {
  const response = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json", ...headers },
    body: JSON.stringify(body),
    credentials: "same-origin",
    cache: "no-store",
    signal: patience(),
  });
  if (response.status >= 500 || response.status === 429) throw new TypeError(`server answered ${response.status}`);
  const answer = await response.json();
  if (!response.ok) throw new Refusal(response.status, answer.error);
  return answer;
}

/** The next to be sent: of one page only, in the order in which they were made. */
function nextOf(events) {
  const other = events.findIndex((event) => event.client !== events[0].client);
  return events.slice(0, other === -1 ? BATCH : Math.min(other, BATCH));
}

export class Sync {
  /**
   * @param {object} options store, url, headers, onState(slot, state), onAnswer(serverAnswer), onRefusal(refusal)
   */
  constructor(options) {
    Object.assign(this, options);
    this.client = crypto.getRandomValues(new Uint32Array(4)).reduce((text, n) => text + n.toString(36), "").slice(0, 22);
    this.seq = 0;
    this.base = options.base;
    this.failures = 0;
    /** events that this browser would not keep: gone with the page */
    this.memory = [];
    /** when the newest event was made; a clock that is set back must not bring events out of their order */
    this.made = 0;
    /** slot to the number up to which the journal is known to hold nothing newer of it than this computer sent */
    this.known = new Map();
    /** the page is about to go: the next one must find what is acknowledged from now on, for it may be older */
    this.leaving = false;
    this.running = null;
    this.stopped = false;
    addEventListener("online", () => this.kick());
  }

  /** Keep an event on this computer, then send it. */
  async add(kind, slot, response) {
    this.seq += 1;
    this.made = Math.max(Date.now(), this.made + 1);
    const event = { client: this.client, seq: this.seq, kind, slot, response, base: this.base, made: this.made };
    this.onState(slot, this.stopped ? "unsaved" : "sending");
    try {
      await this.store.put(event);
    } catch {
      this.memory.push(event);
    }
    this.kick();
  }

  async pending() {
    const stored = await this.store.unsent().catch(() => []);
    for (const { made } of stored) this.made = Math.max(this.made, made);
    return [...stored, ...this.memory];
  }

  /** Send now unless a sending is under way; that one goes on until nothing is left. */
  kick() {
    if (this.stopped) return Promise.resolve(false);
    clearTimeout(this.timer);
    this.again = true;
    this.running ??= this.#run();
    return this.running;
  }

  async #run() {
    try {
      while (this.again) {
        this.again = false;
        let events = await this.pending();
        while (events.length && !this.stopped) {
          if (!(await this.#send(nextOf(events)))) return false;
          if (this.leaving) return true;
          events = await this.pending();
        }
      }
      return true;
    } finally {
      // at once: what is added from here on begins a sending of its own
      this.running = null;
    }
  }

  /** As the server takes it. What an earlier page of this computer sent was seen by whoever answered on the next one. */
  #told({ client, seq, kind, slot, response, base }) {
    return { client, seq, kind, slot, response, base: Math.max(base, this.known.get(slot) ?? 0) };
  }

  /** Before the page goes, or not: somebody may decide to stay. */
  aboutToLeave() {
    this.leaving = true;
    setTimeout(() => {
      this.leaving = false;
      this.kick();
    }, STAYS);
  }

  async #send(batch) {
    const slow = setTimeout(() => batch.forEach((event) => this.onState(event.slot, "unsaved")), SLOW);
    try {
      const answer = await postJson(this.url, { events: batch.map((event) => this.#told(event)) }, this.headers);
      this.failures = 0;
      this.base = answer.last;
      for (const { slot } of batch) if (!(slot in (answer.current ?? {}))) this.known.set(slot, answer.last);
      if (!this.leaving) await this.store.remove(batch).catch(() => undefined);
      this.memory = this.memory.filter((kept) => !batch.includes(kept));
      const left = new Set((await this.pending()).map((event) => event.slot));
      for (const event of batch) if (!left.has(event.slot)) this.onState(event.slot, "saved");
      this.onAnswer(answer);
      return true;
    } catch (error) {
      for (const event of batch) this.onState(event.slot, "unsaved");
      if (error instanceof Refusal) {
        this.stopped = true;
        this.onRefusal(error);
        return false;
      }
      const pause = PAUSES[Math.min(this.failures, PAUSES.length - 1)];
      this.failures += 1;
      // not all pages at once when a server comes back
      this.timer = setTimeout(() => this.kick(), pause * (0.75 + Math.random() / 2));
      return false;
    } finally {
      clearTimeout(slow);
    }
  }
}
