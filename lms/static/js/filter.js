// A filter form sends itself when a choice changes; typed words wait for Enter.

export function watchFilters(root) {
  for (const form of root.querySelectorAll("form[data-auto-submit]")) {
    form.addEventListener("change", (event) => {
      if (event.target.matches("select, input[type=checkbox], input[type=radio], input[type=date]")) {
        form.requestSubmit();
      }
    });
  }
}
