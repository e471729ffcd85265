// Answers that this computer still holds of an attempt. Where it is over they go to the server as evidence; where it goes
// on elsewhere the page says that they are here.

import { EventStore } from "./store.js";
import { postJson } from "./sync.js";

const BATCH = 50;

/** Sends what is held; the questions of which the server had not all. */
async function deliver(store, over, events) {
  const kept = [];
  for (let start = 0; start < events.length; start += BATCH) {
    const batch = events.slice(start, start + BATCH);
    const answer = await postJson(
      over.evidenceUrl,
      { events: batch.map(({ client, seq, kind, slot, response, base }) => ({ client, seq, kind, slot, response, base })) },
      over.headers,
    );
    kept.push(...answer.kept);
    await store.remove(batch);
  }
  return kept;
}

const notice = document.querySelector("[data-leftover]");
const over = JSON.parse(document.getElementById("over")?.textContent ?? "null");
const store = new EventStore(over?.attempt ?? notice.dataset.leftover);
const events = await store.unsent().catch(() => []);
const held = events.map((event) => event.slot).filter((slot) => slot !== null);
const told = over ? await deliver(store, over, events).catch(() => []) : held;
if (told.length) {
  const slots = [...new Set(told)].sort((a, b) => a - b);
  notice.querySelector("[data-slots]").textContent = slots.join(notice.dataset.comma);
  notice.hidden = false;
}
document.documentElement.dataset.held = "told";
