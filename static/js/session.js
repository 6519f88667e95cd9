// Two minutes before the idle end a warning offers to stay; one click does it and no text is lost.
const root = document.documentElement;
const texts = document.getElementById("script-texts").dataset;
const box = document.querySelector("[data-session-warning]");
const offset = Date.parse(root.dataset.serverNow) - Date.now();
const SHARED = `session-expires:${root.dataset.user}`;
const WARN = 120000;

function expires() {
  const own = Date.parse(root.dataset.sessionExpires);
  return Math.max(own, Number(localStorage.getItem(SHARED) ?? 0));
}

function note() {
  localStorage.setItem(SHARED, Date.parse(root.dataset.sessionExpires));
}

function show(rest) {
  const place = box.querySelector("[data-session-left]");
  const minutes = Math.floor(rest / 60000);
  const seconds = Math.floor(rest / 1000) % 60;
  place.textContent = [minutes && texts.minutes.replace("{n}", minutes), texts.seconds.replace("{n}", seconds)].filter(Boolean).join(" ");
  if (!box.hidden) return;
  box.hidden = false;
  box.querySelector("button").focus();
}

function end() {
  box.querySelector("form").hidden = true;
  box.querySelector("p").textContent = texts.ended;
}

async function extend(event) {
  event.preventDefault();
  const form = event.target;
  try {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" }, redirect: "manual" });
    if (!answer.ok) throw new Error(String(answer.status));
    root.dataset.sessionExpires = (await answer.json()).expires_at;
    note();
    box.hidden = true;
  } catch {
    end();
  }
}

function tick() {
  const rest = expires() - (Date.now() + offset);
  if (rest > WARN) box.hidden = true;
  else if (rest > 0) show(rest);
  else if (!box.hidden) end();
}

if (box && root.dataset.sessionExpires) {
  note();
  box.querySelector("form").addEventListener("submit", extend);
  setInterval(tick, 1000);
}
