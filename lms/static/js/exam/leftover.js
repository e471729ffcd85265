// Answers that this computer still holds of an attempt. Where it is over they go to the server as evidence; where it goes
// on elsewhere the page says that they are here.

import { EventStore } from "./store.js";
import { postJson } from "./sync.js";

const BATCH = 50;

async function deliver(store, notice, events) {
  const headers = { "X-CSRFToken": notice.dataset.token };
  for (let start = 0; start < events.length; start += BATCH) {
    const batch = events.slice(start, start + BATCH);
    await postJson(
      notice.dataset.evidence,
      { events: batch.map(({ client, seq, kind, slot, response, base }) => ({ client, seq, kind, slot, response, base })) },
      headers,
    );
    await store.remove(batch);
  }
}

const notice = document.querySelector("[data-leftover]");
const store = new EventStore(notice.dataset.leftover);
const events = await store.unsent().catch(() => []);
const slots = [...new Set(events.map((event) => event.slot).filter((slot) => slot !== null))].sort((a, b) => a - b);
let kept = true;
if (events.length && notice.dataset.evidence) kept = await deliver(store, notice, events).then(() => true, () => false);
if (slots.length && kept) {
  notice.querySelector("[data-slots]").textContent = slots.join(notice.dataset.comma);
  notice.hidden = false;
}
document.documentElement.dataset.held = "told";
