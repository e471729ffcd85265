// The waiting room: the server's time, what this browser can do, and at the bell the paper opens by itself.

import { begin } from "./begin.js";
import { Countdown } from "./countdown.js";
import { ServerClock } from "./serverclock.js";
import { canKeep } from "./store.js";

/** Pages open their papers within this many milliseconds after the bell, not all at once; each time begins at its start. */
const SPREAD = 3000;
/** Between two looks at the server's clock: a minute at least, no two pages in step, none shortly before the bell. */
const LOOK = 60000;
const JITTER = 30000;
const QUIET = 20000;

const room = document.getElementById("waiting");
const settings = JSON.parse(document.getElementById("waiting-settings").textContent);
const words = settings.words;
const clock = new ServerClock(settings.now);
const form = room.querySelector("[data-begin]");
const ready = room.querySelector("[data-ready]");
const told = room.querySelector("[data-told]");
const spoken = room.querySelector("[data-spoken]");
const key = `ready:${settings.exam}`;
let looked = performance.now();
let opening = false;

const untilBell = () => settings.opens - clock.now();

function say(sentence) {
  told.textContent = sentence;
  spoken.textContent = sentence;
}

function timeOfDay(milliseconds) {
  return new Date(milliseconds + settings.zone).toISOString().slice(11, 19);
}

// what this computer can do

function difference() {
  const ahead = clock.ahead();
  const minutes = Math.round(Math.abs(ahead) / 60000);
  if (minutes < 1) return words.clockAgrees;
  const time = minutes < 60 ? words.someMinutes : words.someHours;
  const told = time.replace("{hours}", Math.floor(minutes / 60)).replace("{minutes}", minutes < 60 ? minutes : minutes % 60);
  return (ahead > 0 ? words.clockAhead : words.clockBehind).replace("{time}", told);
}

async function check() {
  const keeps = await canKeep();
  const lines = [[keeps ? "good" : "bad", keeps ? words.keeps : words.keepsNot], ["good", difference()]];
  document.querySelector("[data-checks]").replaceChildren(
    ...lines.map(([kind, text]) => {
      const line = document.createElement("li");
      line.dataset.check = kind;
      line.append(document.getElementById(`sign-${kind}`).content.cloneNode(true), text);
      return line;
    }),
  );
}

// being ready

// who comes shortly before the bell comes to begin; a page left open from long before must not use up anybody's time
let isReady = (sessionStorage.getItem(key) ?? (untilBell() <= settings.near ? "yes" : "no")) === "yes";

function showReady() {
  ready.textContent = isReady ? words.beNotReady : words.beReady;
  ready.classList.toggle("button-quiet", isReady);
  told.textContent = isReady ? words.ready : words.notReady;
}

ready.addEventListener("click", () => {
  isReady = !isReady;
  sessionStorage.setItem(key, isReady ? "yes" : "no");
  showReady();
  spoken.textContent = told.textContent;
});

// the bell

async function open() {
  if (opening) return;
  opening = true;
  room.dataset.state = "opening";
  ready.hidden = true;
  form.hidden = true;
  say(words.opens);
  await begin(form, settings.headers, () => {
    if (room.dataset.state === "busy") return;
    room.dataset.state = "busy";
    say(words.busy);
  });
}

function atTheBell() {
  for (const part of room.querySelectorAll("[data-until-bell]")) part.hidden = true;
  if (isReady) {
    setTimeout(open, Math.random() * SPREAD);
    return;
  }
  room.dataset.state = "open";
  form.hidden = false;
  if (document.activeElement === ready) form.querySelector("button").focus();
  ready.hidden = true;
  say(words.openNow);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  open();
});

async function look() {
  if (opening) return;
  looked = performance.now();
  try {
    const response = await fetch(settings.clockUrl, { headers: { Accept: "application/json" }, cache: "no-store" });
    if (response.status === 401 || response.status === 404) return location.reload();
    if (!response.ok) return;
    const answer = await response.json();
    if (answer.opens !== settings.opens || answer.phase === "over") return location.reload();
    clock.set(answer.now);
    countdown?.set(Math.max(0, untilBell()));
    check();
  } catch {
    // without network the clock simply goes on; the next look tries again
  }
}

function lookLater() {
  const pause = LOOK + Math.random() * JITTER;
  const left = untilBell();
  setTimeout(async () => {
    if (!opening && (left <= 0 || untilBell() > QUIET)) await look();
    if (!opening) lookLater();
  }, pause);
}

let countdown = null;
if (settings.phase === "soon") {
  form.hidden = true;
  ready.hidden = false;
  showReady();
  countdown = new Countdown({
    display: room.querySelector("[data-bell]"),
    live: spoken,
    remaining: Math.max(0, untilBell()),
    onEnd: atTheBell,
    sentence: words.minutes,
    sentenceOfOne: words.minute,
    spokenAt: [5, 1],
  });
} else {
  for (const part of room.querySelectorAll("[data-until-bell]")) part.hidden = true;
}
setInterval(() => (room.querySelector("[data-server-time]").textContent = timeOfDay(clock.now())), 250);
// a computer that slept has not counted the time it slept
const wake = () => document.visibilityState === "visible" && performance.now() - looked >= LOOK && look();
document.addEventListener("visibilitychange", wake);
addEventListener("pageshow", (event) => event.persisted && location.reload());
check();
lookLater();
document.documentElement.dataset.waiting = "ready";
