// Keeps the bar of a job up to date and loads the page again when the job has ended; pages that only wait for a file
// say so with data-look-again.
const PAUSE = 1000;

export function watchJobs(root) {
  for (const box of root.querySelectorAll("[data-job]")) {
    look(box);
  }
  if (root.querySelector("[data-look-again]")) {
    setTimeout(() => location.reload(), 2 * PAUSE);
  }
}

async function look(box) {
  const state = await fetch(box.dataset.job, { headers: { Accept: "application/json" } })
    .then((answer) => (answer.ok ? answer.json() : null))
    .catch(() => null);
  if (state && !state.at_work) {
    location.reload();
    return;
  }
  if (state) {
    show(box, state);
  }
  setTimeout(() => look(box), PAUSE);
}

function show(box, state) {
  const bar = box.querySelector("progress");
  const count = state.total ? `${state.done} / ${state.total}` : "";
  if (state.total) {
    bar.max = state.total;
    bar.value = state.done;
  }
  box.querySelector("[data-job-count]").textContent = count;
  const words = box.querySelector("[data-job-words]");
  if (words.textContent !== state.words) {
    words.textContent = state.words;
  }
}
