// Sends events until the server has acknowledged each one. "Saved" means: the server has it on disk.

const BATCH = 50;
const PATIENCE = 20000;
const PAUSES = [1000, 2000, 4000, 8000, 15000];

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
    this.running = null;
    this.stopped = false;
    addEventListener("online", () => this.kick());
  }

  /** Keep an event on this computer, then send it. */
  async add(kind, slot, response) {
    this.seq += 1;
    const event = { client: this.client, seq: this.seq, kind, slot, response, base: this.base, made: Date.now() };
    this.onState(slot, "sending");
    try {
      await this.store.put(event);
    } catch {
      this.memory.push(event);
    }
    this.kick();
  }

  async pending() {
    const stored = await this.store.unsent().catch(() => []);
    return [...stored, ...this.memory];
  }

  /** Send now unless a sending is under way; that one goes on until nothing is left. */
  kick() {
    if (this.stopped) return Promise.resolve(false);
    clearTimeout(this.timer);
    this.again = true;
    this.running ??= this.#run().finally(() => (this.running = null));
    return this.running;
  }

  async #run() {
    while (this.again) {
      this.again = false;
      let events = await this.pending();
      while (events.length && !this.stopped) {
        if (!(await this.#send(events.slice(0, BATCH)))) return false;
        events = await this.pending();
      }
    }
    return true;
  }

  async #send(batch) {
    try {
      const body = { events: batch.map(({ client, seq, kind, slot, response, base }) => ({ client, seq, kind, slot, response, base })) };
      const answer = await postJson(this.url, body, this.headers);
      this.failures = 0;
      this.base = answer.last;
      await this.store.remove(batch).catch(() => undefined);
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
      this.timer = setTimeout(() => this.kick(), pause);
      return false;
    }
  }
}
