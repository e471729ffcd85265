// Asks before a form with data-confirm (or a submit button with it) is sent.

function ask(dialog, asker) {
  dialog.querySelector("#confirm-title").textContent = asker.dataset.confirmTitle || document.title;
  dialog.querySelector("[data-confirm-text]").textContent = asker.dataset.confirm;
  const yes = dialog.querySelector('button[value="yes"]');
  yes.dataset.label ??= yes.textContent;
  yes.textContent = asker.dataset.confirmLabel || yes.dataset.label;
  yes.classList.toggle("button-danger", Boolean(asker.querySelector(".button-danger") ?? asker.closest(".button-danger")));
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

export function watchConfirmations(root) {
  const dialog = root.getElementById("confirm-dialog");
  const agreed = new WeakSet();
  if (!dialog) return;
  root.addEventListener("submit", async (event) => {
    const form = event.target;
    const submitter = event.submitter;
    const asker = submitter?.dataset.confirm ? submitter : form.dataset.confirm ? form : null;
    if (!asker || agreed.delete(form)) return;
    event.preventDefault();
    if (!(await ask(dialog, asker))) return;
    agreed.add(form);
    form.requestSubmit(submitter ?? undefined);
  });
}
