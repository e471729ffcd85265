// The examination player: keeps the paper, the answer card, the clock and the server in step.

import { clickSpot, controls, moveLine, outline } from "./controls.js";
import { Countdown } from "./countdown.js";
import { postJson, Refusal, Sync } from "./sync.js";
import { EventStore } from "./store.js";
import { Supervised, watchFocus } from "./supervised.js";

const PULSE = 8000;
const TYPING_PAUSE = 600;

const paper = document.getElementById("paper");
const settings = JSON.parse(document.getElementById("attempt").textContent);
const words = settings.words;
const card = document.getElementById("answer-card");
const badge = document.getElementById("save-state");
const questions = new Map([...paper.querySelectorAll(".question")].map((q) => [Number(q.dataset.slot), q]));
const states = new Map();
const timers = new Map();

const cellOf = (slot) => card.querySelector(`[href="#${questions.get(slot).id}"]`);
const kindOf = (question) => controls[question.dataset.control];

function describe(slot) {
  const question = questions.get(slot);
  const cell = cellOf(slot);
  const answered = !kindOf(question).blank(kindOf(question).read(question));
  const flagged = "flagged" in question.dataset;
  question.dataset.state = cell.dataset.state = answered ? "answered" : "blank";
  if (flagged) cell.dataset.flagged = "";
  else delete cell.dataset.flagged;
  const said = [answered ? card.dataset.wordsAnswered : card.dataset.wordsBlank];
  if (flagged) said.push(card.dataset.wordsFlagged);
  cell.querySelector("[data-words]").textContent = said.join(", ");
}

function counts() {
  const all = [...questions.values()];
  const answered = all.filter((q) => q.dataset.state === "answered").length;
  return { answered, blank: all.length - answered, flagged: all.filter((q) => "flagged" in q.dataset).length };
}

function renewCounts() {
  for (const [name, number] of Object.entries(counts())) {
    for (const place of document.querySelectorAll(`[data-count="${name}"]`)) place.textContent = number;
  }
}

function renewBadge() {
  const all = [...states.values()];
  badge.dataset.state = all.includes("unsaved") ? "unsaved" : all.includes("sending") ? "sending" : "saved";
}

function setState(slot, state) {
  if (slot === null) return;
  states.set(slot, state);
  questions.get(slot).dataset.saved = state;
  const note = questions.get(slot).querySelector("[data-save-note]");
  note.dataset.state = state;
  note.textContent = words[state];
  renewBadge();
}

function setFlag(question, on) {
  if (on) question.dataset.flagged = "";
  else delete question.dataset.flagged;
  question.querySelector("[data-flag]").setAttribute("aria-pressed", String(on));
}

function setCurrent(question) {
  paper.querySelector("[data-current]")?.removeAttribute("data-current");
  card.querySelector("[aria-current]")?.removeAttribute("aria-current");
  question.dataset.current = "";
  cellOf(Number(question.dataset.slot)).setAttribute("aria-current", "true");
}

function leave(url) {
  removeEventListener("beforeunload", warn);
  location.assign(url);
}

function warn(event) {
  if (badge.dataset.state !== "saved") event.preventDefault();
}

const sync = new Sync({
  store: new EventStore(settings.attempt),
  url: settings.eventsUrl,
  headers: settings.headers,
  base: settings.last,
  onState: setState,
  onAnswer(answer) {
    told(answer);
    for (const [slot, value] of Object.entries(answer.current ?? {})) {
      kindOf(questions.get(Number(slot))).show(questions.get(Number(slot)), value);
      describe(Number(slot));
    }
    if (answer.over) leave(settings.resultUrl);
  },
  onRefusal(refusal) {
    if (refusal.code === "attempt.over") return leave(settings.resultUrl);
    if (refusal.code === "attempt.elsewhere" || [401, 403].includes(refusal.status)) return leave(settings.selfUrl);
    stopped(refusal.code);
  },
});

function stopped(code) {
  const notice = document.getElementById("refused");
  notice.hidden = false;
  notice.querySelector("[data-code]").textContent = code;
  notice.focus();
}

function answerChanged(question) {
  const slot = Number(question.dataset.slot);
  clearTimeout(timers.get(slot));
  timers.delete(slot);
  describe(slot);
  renewCounts();
  return sync.add("answer", slot, kindOf(question).read(question));
}

function flushTyping() {
  return Promise.all([...timers.keys()].map((slot) => answerChanged(questions.get(slot))));
}

paper.addEventListener("change", (event) => {
  const question = event.target.closest(".question");
  if (!question) return;
  if (question.dataset.control === "spots") outline(question);
  answerChanged(question);
});

paper.addEventListener("input", (event) => {
  if (!event.target.matches("input.blank, [data-text]")) return;
  const question = event.target.closest(".question");
  const slot = Number(question.dataset.slot);
  clearTimeout(timers.get(slot));
  setState(slot, "sending");
  timers.set(slot, setTimeout(() => answerChanged(question), TYPING_PAUSE));
});

paper.addEventListener("click", (event) => {
  const question = event.target.closest(".question");
  if (!question) return;
  const spot = event.target.closest("[data-spot]");
  if (spot) clickSpot(spot);
  const mover = event.target.closest("[data-move]");
  if (mover) {
    moveLine(mover);
    answerChanged(question);
  }
  if (event.target.closest("[data-flag]")) {
    const on = !("flagged" in question.dataset);
    setFlag(question, on);
    describe(Number(question.dataset.slot));
    renewCounts();
    sync.add("flag", Number(question.dataset.slot), on);
  }
});

paper.addEventListener("focusin", (event) => {
  const question = event.target.closest(".question");
  if (question) setCurrent(question);
});

card.addEventListener("click", (event) => {
  const cell = event.target.closest(".answer-cell");
  if (!cell) return;
  const question = document.querySelector(cell.getAttribute("href"));
  setCurrent(question);
  question.querySelector("input, select, textarea, button")?.focus({ preventScroll: true });
});

const dialog = document.getElementById("hand-in");

document.querySelector("[data-hand-in]").addEventListener("click", () => {
  renewCounts();
  dialog.querySelector("[data-problem]").hidden = true;
  dialog.showModal();
});

dialog.querySelector("[data-confirm-hand-in]").addEventListener("click", async (event) => {
  const button = event.currentTarget;
  button.disabled = true;
  await flushTyping();
  const problem = dialog.querySelector("[data-problem]");
  try {
    if (!(await sync.kick())) throw new TypeError("not all answers have reached the server");
    const answer = await postJson(settings.handInUrl, { last: sync.base }, settings.headers);
    await sync.store.clear().catch(() => undefined);
    leave(answer.next);
  } catch (error) {
    if (error instanceof Refusal && error.code === "attempt.over") return leave(settings.resultUrl);
    problem.hidden = false;
    problem.focus();
  } finally {
    button.disabled = false;
  }
});

async function pulse() {
  try {
    const headers = { Accept: "application/json", ...settings.headers };
    const response = await fetch(settings.stateUrl, { headers, cache: "no-store" });
    if (response.status === 403) leave(settings.selfUrl);
    if (!response.ok) return;
    const state = await response.json();
    told(state);
    if (state.over) leave(settings.resultUrl);
    else if (!state.live) leave(settings.selfUrl);
    if (badge.dataset.state === "unsaved") sync.kick();
  } catch {
    // without network the countdown simply goes on; the next pulse tries again
  }
}

async function timeIsUp() {
  await flushTyping();
  await sync.kick().catch(() => false);
  setTimeout(() => leave(settings.resultUrl), settings.grace);
}

const clock = document.getElementById("countdown");
const countdown = new Countdown({
  display: clock,
  live: document.getElementById("spoken-time"),
  remaining: settings.remaining,
  onEnd: timeIsUp,
  sentence: words.minutesLeft,
});

const supervised = new Supervised({
  veil: document.getElementById("paused"),
  notice: document.getElementById("told"),
  words,
  extra: settings.extra,
  onPause: (paused) => (paused ? countdown.hold() : countdown.go()),
});

function told(state) {
  countdown.set(state.remaining);
  supervised.tell(state);
  countdown.tick();
}

for (const [slot, value] of Object.entries(settings.answers)) kindOf(questions.get(Number(slot))).show(questions.get(Number(slot)), value);
for (const slot of settings.flags) setFlag(questions.get(slot), true);
for (const event of await sync.pending()) {
  const question = questions.get(event.slot);
  if (!question) continue;
  if (event.kind === "answer") kindOf(question).show(question, event.response);
  if (event.kind === "flag") setFlag(question, event.response);
  setState(event.slot, "sending");
}
for (const slot of questions.keys()) describe(slot);
renewCounts();
setCurrent(questions.get(1) ?? questions.values().next().value);
addEventListener("beforeunload", warn);
addEventListener("visibilitychange", () => document.visibilityState === "visible" && pulse());
setInterval(pulse, PULSE);
watchFocus(
  () => sync.add("away", null, null),
  () => sync.add("back", null, null),
);
told(settings);
sync.kick();
document.documentElement.dataset.player = "ready";
