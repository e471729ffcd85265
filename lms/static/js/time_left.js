// The time that is left of a mock exam, second by second. Nothing is closed when it is over.

for (const shown of document.querySelectorAll("[data-left]")) {
  const end = performance.now() + Number(shown.dataset.left) * 1000;
  const tell = () => {
    const seconds = Math.max(0, Math.round((end - performance.now()) / 1000));
    const parts = [seconds / 3600, (seconds / 60) % 60, seconds % 60].map((part) => String(Math.floor(part)).padStart(2, "0"));
    shown.textContent = parts.join(":");
    shown.hidden = false;
  };
  tell();
  setInterval(tell, 1000);
}
