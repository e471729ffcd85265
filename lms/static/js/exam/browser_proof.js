// Safe Exam Browser on engines that send no headers of their own tells its proof to a script instead. The proof is for
// the address of this page, so it is asked for on the page of the door alone; after a failure the page says what to do.

const form = document.querySelector("[data-browser-proof]");
const api = window.SafeExamBrowser?.security;

function send() {
  form.elements.config_hash.value = api.configKey ?? "";
  form.elements.exam_hash.value = api.browserExamKey ?? "";
  form.submit();
}

if (form && api) {
  if (location.pathname === form.dataset.page) {
    if (typeof api.updateKeys === "function") api.updateKeys(send);
    else send();
  } else if (!location.pathname.startsWith(form.dataset.page)) {
    location.replace(form.dataset.page);
  }
}
