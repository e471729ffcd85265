// The answers this browser still owes the server, kept in IndexedDB so that they survive a crash or a reload.

const NAME = "shuyuan-exam";
const STORE = "events";

function asPromise(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function open() {
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

/** Unsent events of one attempt. */
export class EventStore {
  constructor(attempt) {
    this.attempt = attempt;
    this.database = open();
  }

  async #store(mode) {
    return (await this.database).transaction(STORE, mode, { durability: "strict" }).objectStore(STORE);
  }

  /** Resolves when the event is on this computer's disk. */
  async put(event) {
    await asPromise((await this.#store("readwrite")).put({ ...event, attempt: this.attempt }));
  }

  /** Unsent events in the order in which they were made. */
  async unsent() {
    const range = IDBKeyRange.bound([this.attempt], [this.attempt, []]);
    const events = await asPromise((await this.#store("readonly")).getAll(range));
    return events.sort((a, b) => a.made - b.made || a.seq - b.seq);
  }

  async remove(events) {
    const store = await this.#store("readwrite");
    await Promise.all(events.map((event) => asPromise(store.delete([this.attempt, event.client, event.seq]))));
  }

  /** Forget everything of this attempt; called once it was handed in. */
  async clear() {
    await this.remove(await this.unsent());
  }
}
