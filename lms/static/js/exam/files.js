// Files to hand in: one upload a question at a time, sent again where the network failed, and answered with once the server has
// the file on disk. What is held is shown beside the field, and taken back only after a question.

const PAUSES = [2000, 5000, 10000, 20000];
// an upload that moves no byte for so long is taken for dead; looking through what has arrived may take longer
const STALLED = 30000;
const LOOKING = 90000;

/** Bytes as people read them, as the server writes them. */
export function sizeOf(bytes) {
  return bytes >= 1024 ** 2 ? `${(bytes / 1024 ** 2).toFixed(1)} MB` : `${Math.max(1, Math.round(bytes / 1024))} KB`;
}

function fill(sentence, values) {
  return Object.entries(values).reduce((text, [name, value]) => text.replace(`{${name}}`, value), sentence);
}

/** What the server said no to. */
class Refused extends Error {
  constructor(status, answer) {
    super(answer?.message ?? "");
    this.status = status;
    this.code = answer?.error ?? "";
  }
}

/** Rejects with a Refused, or with an Error where nobody answered. */
function send(url, file, headers, { signal, onPart, onWhole }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    signal.addEventListener("abort", () => request.abort());
    let patience = 0;
    const wait = (milliseconds) => {
      clearTimeout(patience);
      patience = setTimeout(() => request.abort(), milliseconds);
    };
    request.upload.onprogress = (event) => {
      wait(STALLED);
      onPart(event.total ? event.loaded / event.total : 0);
    };
    request.upload.onload = () => {
      wait(LOOKING);
      onWhole();
    };
    request.onerror = request.onabort = () => reject(new Error("no answer"));
    request.onloadend = () => clearTimeout(patience);
    request.onload = () => {
      let answer = null;
      try {
        answer = JSON.parse(request.responseText);
      } catch {
        // an answer of something in between
      }
      if (request.status === 200 && answer) resolve(answer);
      else if ((request.status >= 500 && request.status !== 507) || request.status === 429) reject(new Error(`server answered ${request.status}`));
      else reject(new Refused(request.status, answer));
    };
    request.open("POST", url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.setRequestHeader("X-File-Name", encodeURIComponent(nameOf(file)));
    wait(STALLED);
    request.send(file);
  });
}

/** The name without halves of characters, which no header can carry; cut in front of its ending where it is long. */
function nameOf(file) {
  const name = file.name.replace(/[\uD800-\uDFFF]/gu, "");
  const dot = name.lastIndexOf(".");
  return dot > 0 && name.length > 190 ? name.slice(0, 190 - (name.length - dot)) + name.slice(dot) : name;
}

export class Files {
  /**
   * @param {object} options questions (of the paper that ask for a file), settings ({url, at, words}), headers, dialog (that asks
   *   before a file is taken back), onTaken(question), onState(slot, state, words), onGone(code, status)
   */
  constructor(options) {
    Object.assign(this, options);
    this.words = this.settings.words;
    /** slot to {file, failures, running, stop}: what is not handed in yet */
    this.waiting = new Map();
    for (const question of this.questions) this.#watch(question);
    this.dialog.querySelector("[data-confirm-remove]").addEventListener("click", () => this.#removed());
    addEventListener("online", () => this.#sendAll());
  }

  #watch(question) {
    const field = question.querySelector("[data-file-field]");
    field.addEventListener("change", (event) => {
      // choosing a file is not yet answering
      event.stopPropagation();
      const file = field.files[0];
      field.value = "";
      if (file) this.#chosen(question, file);
    });
    question.querySelector("[data-file-remove]").addEventListener("click", () => {
      this.removing = question;
      this.dialog.showModal();
    });
    question.querySelector("[data-file-drop]").addEventListener("click", () => this.#drop(question));
    question.querySelector("[data-file-again]").addEventListener("click", () => this.#run(question));
  }

  #chosen(question, file) {
    const { endings, megabytes } = question.querySelector("[data-file]").dataset;
    const ending = file.name.includes(".") ? file.name.split(".").pop().toLowerCase() : "";
    if (!endings.split(" ").includes(ending)) return this.#say(question, fill(this.words.ending, { endings: endings.replaceAll(" ", ", ") }));
    if (!file.size) return this.#say(question, this.words.empty);
    if (file.size > megabytes * 1024 ** 2) return this.#say(question, fill(this.words.tooLarge, { megabytes }));
    this.#forget(question);
    this.waiting.set(slotOf(question), { file, failures: 0, running: null, stop: new AbortController() });
    return this.#run(question);
  }

  /** What was chosen before, on its way or not, is not to be handed in any more. */
  #forget(question) {
    const waits = this.waiting.get(slotOf(question));
    this.waiting.delete(slotOf(question));
    clearTimeout(waits?.timer);
    waits?.stop.abort();
  }

  /** Send what a question waits with; the latest file chosen is the one that counts. */
  #run(question) {
    const waits = this.waiting.get(slotOf(question));
    if (!waits || waits.running) return waits?.running;
    clearTimeout(waits.timer);
    waits.running = this.#sent(question, waits).finally(() => {
      waits.running = null;
    });
    return waits.running;
  }

  async #sent(question, waits) {
    const slot = slotOf(question);
    const current = () => this.waiting.get(slot) === waits;
    this.#say(question, "");
    this.#progress(question, 0, waits.file.name);
    this.onState(slot, "sending");
    try {
      const answer = await send(`${this.settings.url}/${slot}`, waits.file, this.headers, {
        signal: waits.stop.signal,
        onPart: (part) => current() && this.#progress(question, part, waits.file.name),
        onWhole: () => current() && this.#progress(question, 1, waits.file.name),
      });
      if (!current()) return;
      this.waiting.delete(slot);
      this.#progress(question, null);
      this.settings.at[slot] = answer.at;
      await this.onTaken(question, answer.file);
    } catch (error) {
      if (current()) this.#failed(question, waits, error);
    }
  }

  #failed(question, waits, error) {
    const slot = slotOf(question);
    this.#progress(question, null);
    if (error instanceof Refused) {
      if (error.code === "attempt.over" || error.code === "attempt.elsewhere" || [401, 403].includes(error.status)) return this.onGone(error);
      this.waiting.delete(slot);
      this.#say(question, error.message);
      return this.onState(slot, "kept");
    }
    this.#say(question, this.words.network, "again");
    this.onState(slot, "unsaved", this.words.unsent);
    waits.timer = setTimeout(() => this.#run(question), PAUSES[Math.min(waits.failures, PAUSES.length - 1)]);
    waits.failures += 1;
    return undefined;
  }

  #sendAll() {
    for (const question of this.questions) this.#run(question);
  }

  /** Give up a file that could not be sent; what was handed in before stands. */
  #drop(question) {
    this.#forget(question);
    this.#say(question, "");
    this.#progress(question, null);
    this.onState(slotOf(question), "kept");
  }

  #removed() {
    this.dialog.close();
    this.#say(this.removing, "");
    this.onTaken(this.removing, null);
    this.removing.querySelector("[data-file-field]").focus();
  }

  /** Whether every file that was chosen is handed in; waits for what is on its way. */
  async settled() {
    while ([...this.waiting.values()].some((waits) => waits.running)) {
      await Promise.all([...this.waiting.values()].map((waits) => waits.running));
    }
    return !this.waiting.size;
  }

  #say(question, words, kind = "") {
    const place = question.querySelector("[data-file-problem]");
    place.hidden = !words;
    place.dataset.kind = kind;
    place.querySelector("[data-words]").textContent = words;
  }

  /** Shows how much has been sent; null hides it. */
  #progress(question, part, name = "") {
    const place = question.querySelector("[data-file-progress]");
    place.hidden = part === null;
    if (part === null) return;
    const percent = `${Math.floor(part * 100)}%`;
    place.querySelector("progress").value = part;
    place.querySelector("[data-file-name]").textContent = name;
    place.querySelector("[data-words]").textContent = part < 1 ? fill(this.words.sending, { percent }) : this.words.looking;
  }

  /** Shows what a question is answered with: an answer as the journal has it, or null. */
  show(question, value) {
    const place = question.querySelector("[data-file-held]");
    const slot = slotOf(question);
    const field = question.querySelector("[data-file]");
    place.hidden = !value;
    field.querySelector("[data-file-choose]").hidden = Boolean(value);
    field.querySelector("[data-file-replace]").hidden = !value;
    if (!value) return;
    const link = place.querySelector("a");
    link.textContent = value.name;
    link.href = `${this.settings.url}/${slot}`;
    const at = this.settings.at[slot];
    const when = at ? ` · ${fill(this.words.taken, { moment: at })}` : "";
    place.querySelector("[data-file-facts]").textContent = sizeOf(value.size) + when;
  }
}

const slotOf = (question) => Number(question.dataset.slot);
