// Saves a draft two seconds after the last key; keeps a copy on this machine only until it is saved.
const texts = document.getElementById("script-texts").dataset;
const user = document.documentElement.dataset.user;
const SENT = "draft-sent";
const PAUSE = 2000;
const AGAIN = 15000;

const time = (iso) => new Intl.DateTimeFormat("zh-CN", { timeZone: "Asia/Shanghai", timeStyle: "medium", hourCycle: "h23" }).format(new Date(iso));
const skip = (name, value) => value instanceof File || name === "csrf_token" || name === "version";
const entries = (form) => [...new FormData(form)].filter(([name, value]) => !skip(name, value));

function forget(key) {
  if (user) localStorage.removeItem(key);
}

function forgetSent() {
  const key = sessionStorage.getItem(SENT);
  sessionStorage.removeItem(SENT);
  if (key && !document.querySelector("[data-error-summary]")) forget(key);
}

function fillIn(form, pairs) {
  const values = new Map();
  for (const [name, value] of pairs) values.set(name, [...(values.get(name) ?? []), value]);
  for (const control of form.elements) {
    if (!control.name || ["hidden", "file", "submit", "password"].includes(control.type)) continue;
    const kept = values.get(control.name) ?? [];
    if (["checkbox", "radio"].includes(control.type)) control.checked = kept.includes(control.value);
    else if (control.multiple) for (const option of control.options) option.selected = kept.includes(option.value);
    else if (kept.length) control.value = kept[0];
  }
}

// A form that came back with an error shows what was typed already: then there is nothing to restore.
function shows(form, pairs) {
  const typed = (list) => JSON.stringify(list.filter(([name]) => !name.endsWith("-pending")));
  return typed(entries(form)) === typed(pairs);
}

function offer(form, key) {
  const copy = JSON.parse(localStorage.getItem(key) ?? "null");
  if (!copy || shows(form, copy.pairs)) return;
  const box = document.createElement("div");
  box.className = "notice notice-warning restore-box";
  const body = box.appendChild(document.createElement("div"));
  body.className = "notice-body";
  body.append(texts.restore.replace("{t}", time(copy.at)), document.createElement("br"));
  const button = (label, act) => {
    const made = body.appendChild(document.createElement("button"));
    made.type = "button";
    made.className = "btn btn-secondary btn-small";
    made.textContent = label;
    made.addEventListener("click", () => { act(); box.remove(); });
  };
  button(texts.restoreYes, () => { fillIn(form, copy.pairs); form.dispatchEvent(new Event("input", { bubbles: true })); });
  button(texts.restoreNo, () => forget(key));
  form.prepend(box);
}

function start(form) {
  const state = form.querySelector("[data-autosave-state]");
  const key = `draft:${user}:${form.dataset.autosaveUrl}`;
  let timer = 0;
  let changes = 0;
  let busy = false;
  let stopped = false;
  const say = (text, bad = false) => {
    if (!state) return;
    state.textContent = text;
    state.classList.toggle("is-bad", bad);
  };
  const later = (pause) => { clearTimeout(timer); timer = setTimeout(save, pause); };
  const saved = (answer, seen) => {
    const version = form.querySelector("[name=version]");
    if (version && answer.version !== undefined) version.value = answer.version;
    if (answer.session_expires_at) document.documentElement.dataset.sessionExpires = answer.session_expires_at;
    if (changes === seen) { forget(key); delete form.dataset.dirty; } else later(PAUSE);
    say(texts.saved.replace("{t}", time(answer.saved_at)));
  };
  const failed = (status) => {
    stopped = status === 409 || status === 0 || status === 401;
    say(status === 409 ? texts.saveConflict : stopped ? texts.ended : texts.saveFailed, true);
    if (!stopped) later(AGAIN);
  };
  async function save() {
    if (busy || stopped) return;
    busy = true;
    const seen = changes;
    say(texts.saving);
    const body = new FormData(form);
    for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
    try {
      const headers = { Accept: "application/json", "X-CSRFToken": body.get("csrf_token") };
      const answer = await fetch(form.dataset.autosaveUrl, { method: "POST", body, headers, redirect: "manual" });
      if (answer.ok) saved(await answer.json(), seen);
      else failed(answer.status);
    } catch {
      failed(-1);
    }
    busy = false;
  }
  form.addEventListener("input", () => {
    changes += 1;
    localStorage.setItem(key, JSON.stringify({ at: new Date().toISOString(), pairs: entries(form) }));
    later(PAUSE);
  });
  form.addEventListener("submit", () => { clearTimeout(timer); stopped = true; sessionStorage.setItem(SENT, key); });
  offer(form, key);
}

forgetSent();
if (user) document.querySelectorAll("form[data-autosave-url]").forEach(start);
document.querySelector("form[data-sign-out]")?.addEventListener("submit", () => {
  for (const key of Object.keys(localStorage)) if (key.startsWith("draft:")) localStorage.removeItem(key);
});
