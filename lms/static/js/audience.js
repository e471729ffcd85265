// The preview beside a form of an audience follows what is chosen; without a script its button does the same.

const form = document.querySelector("form[data-audience]");
const WAIT = 250;

if (form) {
  let waiting = 0;
  let asked = 0;

  const look = async () => {
    const mine = ++asked;
    const sent = new FormData(form);
    sent.set("do", "look");
    try {
      const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(sent) });
      if (!answer.ok || mine !== asked) {
        return;
      }
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("audience");
      if (fresh) {
        document.getElementById("audience").replaceChildren(...fresh.children);
      }
    } catch {
      // the button below the form does the same
    }
  };

  form.addEventListener("change", () => {
    clearTimeout(waiting);
    waiting = setTimeout(look, WAIT);
  });
}
