// Whoever fills a field in wants it to change: its box ticks itself.

for (const row of document.querySelectorAll("[data-particulars] .particular")) {
  const box = row.querySelector("input[name=change]");
  const field = row.querySelector(".input");
  field?.addEventListener("input", () => {
    box.checked = true;
  });
}
