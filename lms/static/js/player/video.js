// The video of a page: it goes on where one stopped, chapters and lines of the transcript lead to their place, and nobody goes
// ahead of what was watched where the unit forbids it. What was played is told to `study`, which sends it; the server judges.

const NAME = "shuyuan-video:";
/** Milliseconds: what one may be ahead by (clocks of players are coarse); an end one does not go on from; how often it is kept. */
const AHEAD = 500;
const END = 3000;
const KEEP = 1000;
/** What the server lets be lost between two stretches. */
const LOST = 2000;
const FASTEST = 2;

const clock = (moment) => {
  const whole = Math.floor(moment / 1000);
  const pair = (number) => String(number).padStart(2, "0");
  const rest = `${pair(Math.floor(whole / 60) % 60)}:${pair(whole % 60)}`;
  return whole < 3600 ? rest : `${Math.floor(whole / 3600)}:${rest}`;
};

/** The place of one person in one video and how far it was watched, kept in this browser beside what the server knew then: what
 *  was watched may still wait to be sent. */
class Place {
  constructor(key) {
    this.key = key && NAME + key;
  }

  /** The newer of both: the server's where somebody watched on elsewhere since. */
  found(told) {
    if (!this.key) return told;
    try {
      const kept = JSON.parse(localStorage.getItem(this.key));
      return kept?.served === told.place ? { place: kept.place, reach: Math.max(told.reach, kept.reach) } : told;
    } catch {
      return told;
    }
  }

  keep(place, reach, served) {
    if (!this.key) return;
    try {
      localStorage.setItem(this.key, JSON.stringify({ place, reach, served }));
    } catch {
      // a browser that keeps nothing goes on where the server says
    }
  }
}

export class VideoPlayer {
  /** `told` is what the server knows of the video; `played` is called whenever playing begins or ends. */
  constructor(root, { told, words, key, played = () => undefined }) {
    Object.assign(this, { root, told, words, played });
    this.video = root.querySelector("[data-video-file]");
    this.place = new Place(key);
    this.served = told.place;
    this.found = this.place.found(told);
    this.reach = this.found.reach;
    this.begin = null;
    this.last = 0;
    this.kept = 0;
    root.querySelector("[data-video-bar]").hidden = false;
    this.#watch();
    this.#show();
    if (this.video.readyState >= HTMLMediaElement.HAVE_METADATA) this.#resume();
    else this.video.addEventListener("loadedmetadata", () => this.#resume(), { once: true });
  }

  get now() {
    return Math.round(this.video.currentTime * 1000);
  }

  #watch() {
    const { video, root } = this;
    video.addEventListener("playing", () => this.#began());
    for (const name of ["pause", "waiting", "ended"]) video.addEventListener(name, () => this.#stopped(name));
    video.addEventListener("seeking", () => this.#sought());
    video.addEventListener("seeked", () => !video.paused && this.#began());
    video.addEventListener("timeupdate", () => this.#moved());
    video.addEventListener("ratechange", () => this.#faster());
    root.querySelector("[data-video-speed]").addEventListener("change", (event) => (video.playbackRate = Number(event.target.value)));
    root.querySelector("[data-video-start]").addEventListener("click", () => this.go(0));
    for (const button of root.querySelectorAll("[data-video-at]")) {
      button.addEventListener("click", () => this.go(Number(button.dataset.videoAt)));
    }
    document.addEventListener("visibilitychange", () => this.told.wanted && document.visibilityState !== "visible" && video.pause());
    addEventListener("pagehide", () => this.#keep(this.now));
  }

  go(at) {
    this.video.currentTime = at / 1000;
  }

  pause() {
    this.video.pause();
  }

  /** Where one stopped, unless that was the end. */
  #resume() {
    let at = this.found.place;
    if (this.told.bound) at = Math.min(at, this.reach);
    if (at < KEEP || at > this.told.length - END) return;
    this.go(at);
    this.root.querySelector("[data-video-place]").textContent = this.words.resumed.replace("{time}", clock(at));
    this.root.querySelector("[data-video-resumed]").hidden = false;
  }

  #began() {
    if (this.begin !== null || this.video.seeking) return;
    this.played();
    this.begin = this.last = this.now;
    this.say("");
  }

  #stopped(name) {
    if (!this.video.seeking) this.last = Math.max(this.last, this.now);
    if (this.begin !== null) this.played({ send: name !== "waiting" });
    this.begin = null;
    this.#keep(this.now);
  }

  #sought() {
    if (this.begin !== null) this.played();
    this.begin = null;
    if (!this.told.bound || this.now <= this.reach + AHEAD) return;
    this.go(this.reach);
    this.say(this.words.notAhead);
  }

  #moved() {
    const { video } = this;
    if (video.seeking) return;
    if (this.begin !== null) {
      this.last = this.now;
      if (this.begin <= this.reach + AHEAD) this.reach = Math.max(this.reach, this.last);
    }
    if (Math.abs(this.now - this.kept) >= KEEP) this.#keep(this.now);
    this.#mark();
  }

  #faster() {
    const { video, root } = this;
    if (video.playbackRate > FASTEST) video.playbackRate = FASTEST;
    const speed = root.querySelector("[data-video-speed]");
    speed.value = [...speed.options].find((one) => Number(one.value) === video.playbackRate)?.value ?? "";
  }

  #keep(place) {
    this.kept = place;
    this.place.keep(place, this.reach, this.served);
  }

  /** The chapter and the line that are heard now; of the list that is open the line is scrolled to. */
  #mark() {
    for (const list of this.root.querySelectorAll("ol")) {
      const buttons = [...list.querySelectorAll("[data-video-at]")];
      const current = buttons.findLast((one) => Number(one.dataset.videoAt) <= this.now);
      for (const one of buttons) {
        if (one !== current) one.removeAttribute("aria-current");
        else if (!one.hasAttribute("aria-current")) {
          one.setAttribute("aria-current", "true");
          if (list.closest("details[open]")) list.scrollTop = one.offsetTop - list.offsetTop - list.clientHeight / 2;
        }
      }
    }
  }

  /** From where to where was played since this was asked last, in whole milliseconds; null where nothing was. */
  taken(length) {
    if (this.begin === null || this.last <= this.begin) return null;
    const found = [this.begin, Math.min(this.last, this.begin + length * FASTEST)];
    this.begin = found[1];
    return found;
  }

  /** What the server knows after it was told up to `end`; what it did not believe must be watched again. */
  heard(told, end) {
    this.told = told;
    this.served = told.place;
    this.#keep(this.now);
    this.#show();
    if (!told.bound || end === null || told.reach + LOST >= end) return;
    this.reach = told.reach;
    this.video.pause();
    this.go(this.reach);
    this.say(this.words.notCounted);
  }

  say(words) {
    const place = this.root.querySelector("[data-video-told]");
    if (place.textContent !== words) place.textContent = words;
  }

  #show() {
    const { covered, wanted, length } = this.told;
    const enough = wanted > 0 && covered >= wanted;
    const text = enough ? this.words.watchedAll : wanted ? this.words.wantedOf : this.words.watched;
    const values = { done: clock(covered), length: clock(length), wanted: clock(wanted) };
    this.root.querySelector("[data-video-watched]").textContent = text.replace(/\{(\w+)\}/g, (_all, name) => values[name]);
    this.root.dataset.videoDone = String(enough);
  }
}
