// Opens the paper. A server that is busy or away is asked again, ever more rarely and never by all pages at once.

const PAUSES = [1000, 2000, 4000, 8000, 15000];
const PATIENCE = 20000;

/** Seconds or more that the server asks to wait; 0 when it says nothing. */
function asked(response) {
  const seconds = Number(response?.headers.get("Retry-After"));
  return Number.isFinite(seconds) ? Math.min(seconds, 60) * 1000 : 0;
}

async function post(form, headers) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE);
  try {
    return await fetch(form.action, {
      method: "POST",
      headers: { Accept: "application/json", ...headers },
      body: new URLSearchParams(new FormData(form)),
      signal: stop.signal,
      cache: "no-store",
    });
  } finally {
    clearTimeout(timer);
  }
}

/** How often "not open yet" is taken for a bell that rings in a moment; then the page is read again: it may have moved. */
const EARLY = 3;

/** What the page goes on to, or how long the server asks to wait: it could not, or its bell has not rung. */
async function once(form, headers) {
  let response = null;
  try {
    response = await post(form, headers);
    if (response.status === 401) return { go: () => location.reload() };
    if (response.status === 429 || response.status >= 500) return { wait: asked(response) };
    const answer = await response.json();
    if (response.ok) return { go: () => location.replace(answer.next) };
    if (answer.error === "attempt.not_open") return { wait: 0, early: true };
  } catch {
    if (!response) return { wait: 0 };
  }
  // refused for good: the server's own page says why and what to do
  return { go: () => form.submit() };
}

/** Begins with this form's request and these headers; resolves when the page goes on. onBusy(n) is called before each pause. */
export async function begin(form, headers, onBusy) {
  for (let failures = 0; ; failures += 1) {
    const outcome = await once(form, headers);
    if (outcome.go) return outcome.go();
    if (outcome.early && failures >= EARLY) return location.reload();
    onBusy(failures + 1);
    const pause = Math.max(outcome.wait, PAUSES[Math.min(failures, PAUSES.length - 1)]);
    await new Promise((resolve) => setTimeout(resolve, pause * (0.75 + Math.random() / 2)));
  }
}
