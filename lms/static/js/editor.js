// The editor of questions: rows, the bar of buttons, pictures, the preview, drafts. Without scripts its form works, too.
import { watchBar } from "./editor/bar.js";
import { watchDrafts } from "./editor/drafts.js";
import { watchKeys } from "./editor/keys.js";
import { watchPictures } from "./editor/pictures.js";
import { watchPreview } from "./editor/preview.js";
import { watchRows } from "./editor/rows.js";
import { watchSpots } from "./editor/spots.js";

const editor = document.querySelector("[data-editor]");
if (editor) {
  const form = editor.querySelector("[data-editor-form]");
  const changed = () => form.dispatchEvent(new Event("input", { bubbles: true }));
  watchRows(form, changed);
  const bar = watchBar(form, changed);
  const pictures = watchPictures(editor, form, bar);
  watchSpots(form, pictures, changed);
  watchPreview(editor, form);
  const drafts = watchDrafts(editor, form);
  watchKeys(editor, form, bar, drafts);
}
