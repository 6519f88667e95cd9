// A background computation under way: asks how far it is, and loads the page anew when it has ended.
const PAUSE = 2000;

async function look(place) {
  const answer = await fetch(place.dataset.computation, { cache: "no-store", headers: { Accept: "application/json" } });
  if (!answer.ok || answer.redirected) return;
  const { ended, label, progress, note } = await answer.json();
  if (ended) {
    if (!document.querySelector("form[data-dirty]")) location.reload();
    return;
  }
  place.querySelector(".chip").textContent = label;
  place.querySelector(".progress-line .series-1").setAttribute("width", `${progress}%`);
  place.querySelector(".progress-line .num").lastChild.textContent = `${progress}%`;
  place.querySelector("[data-computation-note]").textContent = note;
  later(place);
}

function later(place) {
  setTimeout(() => look(place).catch(() => later(place)), PAUSE);
}

for (const place of document.querySelectorAll("[data-computation]")) later(place);
