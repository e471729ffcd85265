// Tells the server that a page was opened, once it has been before the reader's eyes for a moment.

const page = document.querySelector("[data-opened-url]");
const MOMENT = 2000;

function tell() {
  fetch(page.dataset.openedUrl, {
    method: "POST",
    headers: { Accept: "application/json", "X-CSRFToken": page.dataset.token },
    credentials: "same-origin",
    keepalive: true,
  })
    .then((response) => response.ok && (document.documentElement.dataset.opened = page.dataset.openedUrl))
    .catch(() => undefined);
}

if (page && !("known" in page.dataset)) setTimeout(() => document.visibilityState === "visible" && tell(), MOMENT);
