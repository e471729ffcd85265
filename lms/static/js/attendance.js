// An attendance sheet by keyboard: 1 to 4 mark the row that has the focus and go on to the next one.
for (const sheet of document.querySelectorAll("[data-attendance]")) {
  const rows = [...sheet.querySelectorAll("[data-marks]")];
  sheet.addEventListener("keydown", (event) => {
    const place = rows.indexOf(event.target.closest("[data-marks]"));
    const choices = place < 0 ? [] : [...rows[place].querySelectorAll("input")];
    const chosen = choices[Number(event.key) - 1];
    if (!chosen || event.ctrlKey || event.altKey || event.metaKey) {
      return;
    }
    event.preventDefault();
    chosen.checked = true;
    const next = rows[place + 1] ?? rows[place];
    (next.querySelector("input:checked") ?? next.querySelector("input")).focus();
  });
}
