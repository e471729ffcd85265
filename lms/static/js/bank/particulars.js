// Whoever fills a field in wants it to change: its box ticks itself, also for what was filled in before this ran.

for (const row of document.querySelectorAll("[data-particulars] .particular")) {
  const box = row.querySelector("input[name=change]");
  const field = row.querySelector(".input");
  if (!field) continue;
  const tick = () => {
    box.checked = true;
  };
  field.addEventListener("input", tick);
  if (differs(field)) tick();
}

// Whether somebody changed the field of the page as it came.
function differs(field) {
  if (field instanceof HTMLSelectElement) {
    return [...field.options].some((option) => option.selected !== option.defaultSelected) && field.value !== "";
  }
  return field.value !== field.defaultValue;
}
