// <form data-queue="address"> asks there whether it is its turn before it is sent, and waits here while it is not: when an exam
// begins, signing in must not slow down those who sit it. An address that does not answer holds nobody up.

/** Nobody waits longer than this many milliseconds. */
const PATIENCE = 60000;

async function secondsToWait(address) {
  try {
    const answer = await fetch(address, { headers: { Accept: "application/json" }, cache: "no-store" });
    return answer.ok ? (await answer.json()).wait : 0;
  } catch {
    return 0;
  }
}

// around the moment that was told, so that not all who wait come back together
const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000 * (0.5 + Math.random())));

async function send(form) {
  const told = form.querySelector("[data-queue-told]");
  const until = performance.now() + PATIENCE;
  for (let wait = await secondsToWait(form.dataset.queue); wait; wait = await secondsToWait(form.dataset.queue)) {
    if (performance.now() > until) break;
    told.textContent = told.dataset.queueTold;
    await pause(wait);
  }
  form.submit();
}

export function watchQueues(root) {
  for (const form of root.querySelectorAll("form[data-queue]")) {
    let sending = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (sending) return;
      sending = true;
      send(form);
    });
    // the browser went back to this page as it was when the form was sent
    addEventListener("pageshow", () => {
      sending = false;
      form.querySelector("[data-queue-told]").textContent = "";
    });
  }
}
