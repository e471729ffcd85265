// The order of pages: dragged, or moved with its buttons, which keep the focus. Without scripts the buttons work, too.

const list = document.querySelector("[data-order]");

function watch(told) {
  const rows = () => [...list.querySelectorAll("[data-key]")];
  let dragged = null;
  let before = "";

  function mend() {
    const all = rows();
    all.forEach((row, place) => {
      row.querySelector('[data-move="-1"]').disabled = place === 0;
      row.querySelector('[data-move="1"]').disabled = place === all.length - 1;
    });
  }

  async function send() {
    const body = new FormData();
    for (const row of rows()) body.append("page", row.dataset.key);
    mend();
    try {
      const answer = await fetch(list.dataset.order, {
        method: "POST",
        body,
        headers: { Accept: "application/json", "X-CSRFToken": list.dataset.token },
        credentials: "same-origin",
      });
      const said = await answer.json().catch(() => ({}));
      told.textContent = answer.ok ? `${list.dataset.say} ${said.said}` : said.message;
    } catch {
      location.reload(); // what stands there is what counts
    }
  }

  list.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button?.dataset.move) return;
    event.preventDefault();
    const row = button.closest("[data-key]");
    if (button.dataset.move === "-1") row.previousElementSibling?.before(row);
    else row.nextElementSibling?.after(row);
    send();
    (button.disabled ? row.querySelector("[data-move]:not(:disabled)") : button)?.focus();
  });
  const order = () => rows().map((row) => row.dataset.key).join(" ");
  list.addEventListener("dragstart", (event) => {
    dragged = event.target.closest("[data-key]");
    if (!dragged) return;
    before = order();
    event.dataTransfer.effectAllowed = "move";
    dragged.dataset.dragged = "";
  });
  list.addEventListener("dragover", (event) => {
    const over = event.target.closest("[data-key]");
    if (!dragged || !over) return;
    event.preventDefault();
    if (over === dragged) return;
    const half = over.getBoundingClientRect();
    if (event.clientY > half.top + half.height / 2) over.after(dragged);
    else over.before(dragged);
  });
  list.addEventListener("drop", (event) => event.preventDefault());
  list.addEventListener("dragend", () => {
    if (!dragged) return;
    delete dragged.dataset.dragged;
    dragged = null;
    if (order() !== before) send();
  });
}

if (list?.querySelector("[data-move]")) watch(document.querySelector("[data-order-told]"));
