// The examination player: keeps the paper, the answer card, the clock and the server in step.

import { clickSpot, controls, moveLine, outline } from "./controls.js";
import { watchCamera } from "./camera.js";
import { Countdown } from "./countdown.js";
import { Files } from "./files.js";
import { HandIn } from "./handin.js";
import { arrival } from "./serverclock.js";
import { EventStore } from "./store.js";
import { Supervised, watchFocus } from "./supervised.js";
import { Sync } from "./sync.js";
import { View } from "./view.js";

// after so long without a word from the server it is asked: what is decided there must be seen here within ten seconds
const PULSE = 9000;
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

/** The numbers of the questions that are blank, and of those that are flagged. */
function numbers() {
  const all = [...questions.entries()];
  return {
    blank: all.filter(([, q]) => q.dataset.state !== "answered").map(([slot]) => slot),
    flagged: all.filter(([, q]) => "flagged" in q.dataset).map(([slot]) => slot),
  };
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

function setState(slot, state, said = null) {
  // what is being typed meanwhile is not saved yet
  if (slot === null || (state === "saved" && timers.has(slot))) return;
  states.set(slot, state);
  questions.get(slot).dataset.saved = state;
  const note = questions.get(slot).querySelector("[data-save-note]");
  note.dataset.state = state;
  note.textContent = said ?? (state === "unsaved" && sync.memory.length ? words.unkept : words[state]);
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
  sync.aboutToLeave();
  flushTyping();
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

const files = settings.files && new Files({
  questions: [...questions.values()].filter((question) => question.dataset.control === "file"),
  settings: settings.files,
  headers: settings.headers,
  dialog: document.getElementById("remove-file"),
  onTaken(question, file) {
    kindOf(question).show(question, file);
    return answerChanged(question);
  },
  onState(slot, state, said) {
    if (state !== "kept") return setState(slot, state, said);
    const had = questions.get(slot).dataset.state === "answered";
    return setState(slot, "saved", had ? null : "");
  },
  onGone: (refusal) => leave(refusal.code === "attempt.over" ? settings.resultUrl : settings.selfUrl),
});
for (const question of files?.questions ?? []) question.addEventListener("file-shown", (event) => files.show(question, event.detail));

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
  if (question && !("current" in question.dataset)) view.at(Number(question.dataset.slot));
});

card.addEventListener("click", (event) => {
  const cell = event.target.closest(".answer-cell");
  if (!cell) return;
  event.preventDefault();
  view.go(Number(cell.getAttribute("href").slice("#q-".length)));
});

const handIn = new HandIn({
  dialog: document.getElementById("hand-in"),
  button: document.querySelector("[data-hand-in]"),
  url: settings.handInUrl,
  resultUrl: settings.resultUrl,
  sync,
  flush: flushTyping,
  files: async () => !files || files.settled(),
  numbers,
  leave,
  onNumber: (slot) => view.go(slot),
});

let silence = 0;

function listen() {
  clearTimeout(silence);
  silence = setTimeout(pulse, PULSE);
}

async function pulse() {
  listen();
  try {
    const headers = { Accept: "application/json", ...settings.headers };
    const response = await fetch(settings.stateUrl, { headers, cache: "no-store" });
    if (response.status === 403) leave(settings.selfUrl);
    if (!response.ok) return;
    const state = await response.json();
    told(state);
    if (state.over) await finish();
    else if (!state.live) leave(settings.selfUrl);
    if (badge.dataset.state === "unsaved") sync.kick();
  } catch {
    // without network the countdown simply goes on; the next pulse tries again
  }
}

/** The attempt is over for the server: what is still here goes there as evidence, then the receipt. */
async function finish() {
  await flushTyping();
  await sync.kick();
  leave(settings.resultUrl);
}

const overTime = document.getElementById("time-over");
overTime.addEventListener("cancel", (event) => event.preventDefault());
overTime.addEventListener("close", () => countdown.ended && !supervised.paused && overTime.showModal());

/** The paper is closed; the page goes on as soon as the server says that it is over, and not into a dead network. */
async function timeIsUp() {
  for (const open of document.querySelectorAll("dialog[open]")) open.close();
  overTime.dataset.state = "sending";
  overTime.showModal();
  await flushTyping();
  // what is on its way may still arrive in time
  if (files) await Promise.race([files.settled(), new Promise((resolve) => setTimeout(resolve, settings.grace))]);
  if (!(await sync.kick())) overTime.dataset.state = "unsent";
  setTimeout(pulse, settings.grace);
}

const clock = document.getElementById("countdown");
const countdown = new Countdown({
  display: clock,
  live: document.getElementById("spoken-time"),
  // what loading this page took has gone by; a pause stands still
  remaining: settings.paused ? settings.remaining : Math.max(0, settings.remaining - (performance.now() - arrival())),
  onEnd: timeIsUp,
  sentence: words.minutesLeft,
  sentenceOfOne: words.minuteLeft,
});

const supervised = new Supervised({
  veil: document.getElementById("paused"),
  notice: document.getElementById("told"),
  words,
  extra: settings.extra,
  onPause: (paused) => (paused ? countdown.hold() : countdown.go()),
});

function told(state) {
  listen();
  countdown.set(state.remaining);
  if (!countdown.ended && overTime.open) overTime.close();
  supervised.tell(state);
  countdown.tick();
}

const view = new View({
  paper,
  questions,
  material: settings.material,
  mode: settings.presentation,
  key: `presentation:${settings.attempt}`,
  onCurrent: setCurrent,
});

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
addEventListener("beforeunload", warn);
addEventListener("pagehide", flushTyping);
document.addEventListener("visibilitychange", () => (document.visibilityState === "visible" ? pulse() : flushTyping()));
listen();
watchFocus(
  () => sync.add("away", null, null),
  () => sync.add("back", null, null),
);
supervised.tell(settings);
sync.kick();
if (settings.camera) watchCamera(settings);
document.documentElement.dataset.player = "ready";
