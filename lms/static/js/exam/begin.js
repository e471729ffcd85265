// Opens the paper: the answer to the start is its page, which takes the place of this one. A server that is busy or away is asked again, ever more rarely and never by all pages at once.

import { watchDrawers } from "../drawer.js";
import { arrived } from "./serverclock.js";

const TAKEN = "application/json, text/html;q=0.9";
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
      headers: { Accept: TAKEN, ...headers },
      body: new URLSearchParams(new FormData(form)),
      signal: stop.signal,
      cache: "no-store",
    });
  } finally {
    clearTimeout(timer);
  }
}

/** Style sheets that a page has and this one has not, here and loaded: nobody sees the page without them. */
function dress(page) {
  const here = new Set([...document.querySelectorAll("link[rel=stylesheet]")].map((link) => link.href));
  const lacking = [...page.querySelectorAll("link[rel=stylesheet]")].filter((link) => !here.has(link.href));
  return Promise.all(
    lacking.map((link) => {
      const own = document.adoptNode(link);
      const loaded = new Promise((resolve) => (own.onload = own.onerror = resolve));
      document.head.append(own);
      return loaded;
    }),
  );
}

/** Puts a page in the place of this one, under its own address, as if it had been gone to. */
async function show(html, address) {
  try {
    const page = new DOMParser().parseFromString(html, "text/html");
    const scripts = [...page.querySelectorAll("script[type=module][src]")].map((script) => script.src);
    await dress(page);
    history.replaceState(null, "", address);
    document.title = page.title;
    delete document.documentElement.dataset.waiting;
    document.body.replaceWith(document.adoptNode(page.body));
    watchDrawers(document);
    document.getElementById("main").focus({ preventScroll: true });
    scrollTo({ top: 0, behavior: "instant" });
    await Promise.all(scripts.map((script) => import(script)));
  } catch {
    location.replace(address);
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
    if (response.ok && response.headers.get("Content-Type").startsWith("text/html")) {
      arrived(performance.now());
      const page = await response.text();
      return { go: () => show(page, response.headers.get("Content-Location")) };
    }
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
