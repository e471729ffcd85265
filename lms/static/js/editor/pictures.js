// Pictures: chosen, dropped or pasted; sent at once, described, and put into the words as ![description](picture:...).
import { put } from "./bar.js";

const isPicture = (file) => file?.type.startsWith("image/");
const pictureIn = (transfer) => [...(transfer?.files ?? [])].find(isPicture);

export function watchPictures(editor, form, bar) {
  const dialog = document.querySelector("[data-picture-dialog]");
  const file = dialog.querySelector("input[type=file]");
  const words = dialog.querySelector("#picture-dialog-words");
  const complaint = dialog.querySelector("[data-picture-error]");
  let field = null;
  let given = null;

  async function send(picture) {
    const body = new FormData();
    body.set("file", picture);
    const answer = await fetch(editor.dataset.sendPicture, {
      method: "POST",
      body,
      headers: { Accept: "application/json", "X-CSRFToken": form.elements.csrf_token.value },
      credentials: "same-origin",
    });
    const said = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error(said.message ?? editor.dataset.sayFailed);
    return said;
  }

  function open(into, picture = null) {
    field = into;
    given = picture;
    file.value = "";
    file.closest(".field").hidden = Boolean(picture);
    words.value = "";
    complaint.textContent = "";
    dialog.showModal();
    (picture ? words : file).focus();
  }

  dialog.querySelector("form").addEventListener("submit", async (event) => {
    if (event.submitter?.value === "no") return;
    event.preventDefault();
    const picture = given ?? file.files[0];
    if (!picture) return file.focus();
    if (!words.value.trim()) return words.focus();
    complaint.textContent = editor.dataset.sayPicture;
    try {
      const kept = await send(picture);
      dialog.close();
      put(field, `![${words.value.trim().replace(/([\\[\]`*_<>$])/g, "\\$1")}](${kept.name})`);
      form.dispatchEvent(new Event("input", { bubbles: true }));
    } catch (error) {
      complaint.textContent = error.message;
    }
  });
  dialog.addEventListener("close", () => field?.focus());
  bar.handlers.picture = (into) => open(into);

  form.addEventListener("paste", (event) => {
    const picture = pictureIn(event.clipboardData);
    if (!picture || !event.target.matches("[data-rich]")) return;
    event.preventDefault();
    open(event.target, picture);
  });
  form.addEventListener("dragover", (event) => {
    if (event.target.matches("[data-rich]") && event.dataTransfer.types.includes("Files")) event.preventDefault();
  });
  form.addEventListener("drop", (event) => {
    const picture = pictureIn(event.dataTransfer);
    if (!picture || !event.target.matches("[data-rich]")) return;
    event.preventDefault();
    open(event.target, picture);
  });
  return { send, pictureIn };
}
