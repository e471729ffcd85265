// The live board: asks every two seconds for the lines that have changed and shows one page of them.

const EVERY = 2000;
const ROWS = 50;
const ENDED = ["handed_in", "forced", "closed", "void"];

const settings = JSON.parse(document.getElementById("board").textContent);
const body = document.getElementById("lines");
const link = document.getElementById("link");
const filters = document.getElementById("filters");
const clock = new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: "medium", timeZone: "Asia/Shanghai" });

const people = settings.candidates.map(([id, name, number, unit, room, seat]) => ({
  id, name, number, unit, room, seat, state: "waiting", answered: 0, away: 0, seen: 0, ends: 0, extra: 0,
}));
const byId = new Map(people.map((person) => [person.id, person]));
let mark = "";
let page = 0;

const timeOf = (seconds) => clock.format(new Date(seconds * 1000));

function take(lines) {
  for (const [id, state, answered, away, seen, ends, extra] of lines) {
    const person = byId.get(id);
    if (person) Object.assign(person, { state, answered, away, seen, ends, extra });
  }
}

function wanted() {
  const words = filters.q.value.trim().toLowerCase();
  const room = filters.room.value;
  const state = filters.state.value;
  return people.filter(
    (person) =>
      (!room || person.room === room) &&
      (!state || (state === "away" ? person.away > 0 : person.state === state)) &&
      (!words || `${person.name} ${person.number} ${person.unit}`.toLowerCase().includes(words)),
  );
}

function cell(tag, text, css) {
  const made = document.createElement(tag);
  made.textContent = text;
  if (css) made.className = css;
  return made;
}

function row(person) {
  const made = document.createElement("tr");
  made.dataset.person = person.id;
  made.dataset.state = person.state;
  const name = document.createElement("th");
  name.scope = "row";
  const way = cell("a", person.name);
  way.href = settings.personUrl.replace("PERSON", person.id);
  way.lang = "zh-CN";
  name.append(way, " ", cell("span", person.number, "quiet small"));
  const state = document.createElement("td");
  state.append(cell("span", settings.states[person.state], "board-state"));
  if (person.seen && !ENDED.includes(person.state)) {
    state.append(" ", cell("span", settings.words.since.replace("{time}", timeOf(person.seen)), "quiet small"));
  }
  const ends = cell("td", person.ends ? timeOf(person.ends) : "–", "nowrap");
  if (person.extra) ends.append(" ", cell("span", settings.words.more.replace("{minutes}", Math.round(person.extra * 10) / 10), "quiet small"));
  made.append(
    name,
    cell("td", person.unit),
    cell("td", person.room ? `${settings.rooms[person.room]} · ${person.seat}` : "–", "nowrap"),
    state,
    cell("td", person.state === "waiting" ? "–" : `${person.answered} / ${settings.questions}`, "number"),
    cell("td", person.away || "–", person.away ? "number board-away" : "number"),
    ends,
  );
  return made;
}

function tellRefused(number) {
  const line = document.getElementById("refused");
  const place = line.querySelector("[data-refused]");
  line.hidden = !number;
  if (place.textContent !== String(number)) place.textContent = number;
}

function count() {
  const tally = { waiting: 0, working: 0, silent: 0, paused: 0, ended: 0 };
  for (const person of people) {
    const key = ENDED.includes(person.state) ? "ended" : person.state === "released" ? "silent" : person.state;
    tally[key] += 1;
  }
  for (const [key, number] of Object.entries(tally)) document.querySelector(`[data-count="${key}"]`).textContent = number;
}

/** Shows the page again; a row that stays keeps its focus, because only what differs is replaced. */
function show() {
  const found = wanted();
  const pages = Math.max(1, Math.ceil(found.length / ROWS));
  page = Math.min(Math.max(page, 0), pages - 1);
  const shown = found.slice(page * ROWS, (page + 1) * ROWS);
  const old = [...body.rows];
  shown.forEach((person, place) => {
    const fresh = row(person);
    const before = old[place];
    if (!before) body.append(fresh);
    else if (!before.isEqualNode(fresh)) renew(before, fresh);
  });
  for (const rest of old.slice(shown.length)) rest.remove();
  const words = { from: found.length ? page * ROWS + 1 : 0, to: page * ROWS + shown.length, total: found.length };
  const sentence = settings.words.shown.replace(/\{(\w+)\}/g, (_all, key) => words[key]);
  const total = document.getElementById("total");
  if (total.textContent !== sentence) total.textContent = sentence;
  document.querySelector('[data-page="-1"]').disabled = page === 0;
  document.querySelector('[data-page="1"]').disabled = page === pages - 1;
}

function renew(before, fresh) {
  if (before.dataset.person !== fresh.dataset.person || !before.contains(document.activeElement)) return before.replaceWith(fresh);
  before.dataset.state = fresh.dataset.state;
  [...fresh.cells].forEach((made, place) => place && before.cells[place].replaceWith(made.cloneNode(true)));
}

/** The measures above the list are for the room that is chosen, or for everybody. */
function aim() {
  const room = filters.room.value;
  document.querySelector("[data-reach]").textContent = room ? settings.words.room.replace("{room}", settings.rooms[room]) : settings.words.all;
  for (const way of document.querySelectorAll("[data-measure]")) way.search = room ? `?room=${encodeURIComponent(room)}` : "";
}

async function ask() {
  try {
    const answer = await fetch(`${settings.liveUrl}?since=${encodeURIComponent(mark)}`, { headers: { Accept: "application/json" }, cache: "no-store" });
    if (!answer.ok) throw new TypeError(`server answered ${answer.status}`);
    const found = await answer.json();
    mark = found.mark;
    take(found.lines);
    tellRefused(found.refused);
    if (found.lines.length || document.documentElement.dataset.board !== "ready") {
      count();
      show();
    }
    link.dataset.state = "good";
    document.documentElement.dataset.board = "ready";
  } catch {
    link.dataset.state = "lost";
  }
  setTimeout(ask, EVERY);
}

filters.addEventListener("input", () => {
  page = 0;
  aim();
  show();
});
filters.addEventListener("submit", (event) => event.preventDefault());
for (const button of document.querySelectorAll("[data-page]")) {
  button.addEventListener("click", () => {
    page += Number(button.dataset.page);
    show();
  });
}
count();
show();
aim();
ask();
