// Deadlines and the footer clock run by the server's time, whatever this machine's clock says.
const root = document.documentElement;
const texts = document.getElementById("script-texts").dataset;
let offset = Date.parse(root.dataset.serverNow) - Date.now();
const [language, dateStyle] = root.lang === "en" ? ["en-GB", "medium"] : [root.lang, "long"];
const format = new Intl.DateTimeFormat(language, { timeZone: "Asia/Shanghai", dateStyle, timeStyle: "medium", hourCycle: "h23" });

function left(milliseconds) {
  const seconds = Math.floor(milliseconds / 1000);
  const parts = [["days", Math.floor(seconds / 86400)], ["hours", Math.floor(seconds / 3600) % 24], ["minutes", Math.floor(seconds / 60) % 60], ["seconds", seconds % 60]];
  while (parts.length > 1 && parts[0][1] === 0) parts.shift();
  return texts.left.replace("{t}", parts.map(([unit, n]) => texts[unit].replace("{n}", n)).join(" "));
}

function tick() {
  const now = Date.now() + offset;
  for (const clock of document.querySelectorAll("[data-clock]")) clock.textContent = format.format(now);
  for (const deadline of document.querySelectorAll("[data-countdown]")) {
    const rest = Date.parse(deadline.dateTime) - now;
    const place = deadline.closest(".countdown")?.querySelector("[data-countdown-left]");
    if (place) place.textContent = rest > 0 ? left(rest) : texts.over;
  }
}

// A page kept by the browser carries an old server time: then the server is asked anew, by the Date of a small answer.
async function ask() {
  const sent = Date.now();
  const answer = await fetch("/healthz", { method: "HEAD", cache: "no-store" });
  const date = Date.parse(answer.headers.get("Date"));
  if (date) offset = date + 500 - (sent + Date.now()) / 2;
  tick();
}

function isKept() {
  const [load] = performance.getEntriesByType("navigation");
  return load !== undefined && load.transferSize < load.encodedBodySize;
}

if (root.dataset.serverNow) {
  tick();
  if (isKept()) ask().catch(() => {});
  setInterval(tick, 1000);
}
