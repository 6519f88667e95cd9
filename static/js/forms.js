// Error summary takes the focus, characters are counted, unsaved text is not left by accident.
const texts = document.getElementById("script-texts").dataset;

// The summary's autofocus does this by itself in most browsers, some time after loading; here only for those where it did not.
addEventListener("load", () => requestAnimationFrame(() => {
  if (document.activeElement === document.body) document.querySelector("[data-error-summary]")?.focus();
}));

for (const place of document.querySelectorAll("[data-counter]")) {
  const control = document.getElementById(place.dataset.counter);
  const show = () => {
    const rest = place.dataset.limit - [...control.value.replace(/\r?\n/g, "\r\n")].length;
    place.textContent = (rest < 0 ? texts.overCharacters : texts.leftCharacters).replace("{n}", Math.abs(rest));
    place.classList.toggle("is-over", rest < 0);
  };
  control.addEventListener("input", show);
  show();
}

let leaving = false;
for (const form of document.querySelectorAll("form")) form.addEventListener("submit", () => { leaving = true; });
for (const form of document.querySelectorAll("form[data-leave-warning]")) {
  form.addEventListener("input", () => { form.dataset.dirty = "yes"; });
}
addEventListener("beforeunload", (event) => {
  if (!leaving && document.querySelector("form[data-dirty]")) event.preventDefault();
});
addEventListener("pageshow", () => { leaving = false; });
