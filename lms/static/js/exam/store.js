// The answers this browser still owes the server, kept in IndexedDB so that they survive a crash or a reload. Until that
// has them on disk a note in localStorage stands for each: a page that goes away has no time to wait for a database.

const NAME = "shuyuan-exam";
const STORE = "events";

function asPromise(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function open() {
  const request = indexedDB.open(NAME, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore(STORE, { keyPath: ["attempt", "client", "seq"] });
  };
  return asPromise(request);
}

/** Whether this browser keeps what a page leaves with it: asked by leaving something and taking it back. */
export async function canKeep() {
  try {
    const database = await open();
    const store = database.transaction(STORE, "readwrite").objectStore(STORE);
    const probe = { attempt: "probe", client: "probe", seq: 0 };
    await asPromise(store.put(probe));
    await asPromise(store.delete([probe.attempt, probe.client, probe.seq]));
    database.close();
    return true;
  } catch {
    return false;
  }
}

function committed(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
  });
}

/** Notes of one attempt in localStorage: written at once, or not at all where the browser has none to give. */
class Notes {
  constructor(attempt) {
    this.prefix = `${NAME}:${attempt}:`;
  }

  #key(event) {
    return `${this.prefix}${event.client}:${event.seq}`;
  }

  /** Whether it is noted. */
  write(event) {
    try {
      localStorage.setItem(this.#key(event), JSON.stringify(event));
      return true;
    } catch {
      return false;
    }
  }

  all() {
    try {
      const keys = Object.keys(localStorage).filter((key) => key.startsWith(this.prefix));
      return keys.map((key) => JSON.parse(localStorage.getItem(key))).filter(Boolean);
    } catch {
      return [];
    }
  }

  tear(event) {
    try {
      localStorage.removeItem(this.#key(event));
    } catch {
      // where nothing can be written there is nothing to tear
    }
  }
}

/** Unsent events of one attempt. */
export class EventStore {
  constructor(attempt) {
    this.attempt = attempt;
    this.notes = new Notes(attempt);
    this.database = open();
    // told to whoever asks the store, not to the console
    this.database.catch(() => undefined);
  }

  async #transaction(mode) {
    return (await this.database).transaction(STORE, mode, { durability: "strict" });
  }

  /** Noted before this returns; resolves when the event is on this computer's disk. Rejects when neither keeps it. */
  async put(event) {
    const noted = this.notes.write(event);
    try {
      const transaction = await this.#transaction("readwrite");
      transaction.objectStore(STORE).put({ ...event, attempt: this.attempt });
      await committed(transaction);
      this.notes.tear(event);
    } catch (error) {
      if (!noted) throw error;
    }
  }

  async #kept() {
    const range = IDBKeyRange.bound([this.attempt], [this.attempt, []]);
    return asPromise((await this.#transaction("readonly")).objectStore(STORE).getAll(range));
  }

  /** Unsent events in the order in which they were made. */
  async unsent() {
    const noted = this.notes.all();
    const kept = await this.#kept().catch(() => []);
    const found = new Map([...noted, ...kept].map((event) => [`${event.client}:${event.seq}`, event]));
    return [...found.values()].sort((a, b) => a.made - b.made || a.seq - b.seq);
  }

  async remove(events) {
    for (const event of events) this.notes.tear(event);
    const transaction = await this.#transaction("readwrite");
    const store = transaction.objectStore(STORE);
    for (const event of events) store.delete([this.attempt, event.client, event.seq]);
    await committed(transaction);
  }

  /** Forget everything of this attempt; called once it was handed in. */
  async clear() {
    await this.remove(await this.unsent());
  }
}
