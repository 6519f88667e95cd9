// Rows are added and removed in place; without script the same buttons post the form.
const texts = document.getElementById("script-texts").dataset;

function renumber(list) {
  const start = `${list.dataset.repeat}-`;
  list.querySelectorAll("[data-repeat-row]").forEach((row, index) => {
    for (const node of row.querySelectorAll("*")) {
      for (const name of ["id", "name", "for", "aria-describedby"]) {
        const value = node.getAttribute(name);
        if (value?.startsWith(start)) node.setAttribute(name, value.replace(/^(.*?-)\d+(-)/, `$1${index}$2`));
      }
    }
    row.querySelector("th").textContent = index + 1;
    const button = row.querySelector(`button[name="${start}remove"]`);
    button.value = index;
    button.setAttribute("aria-label", texts.removeRow.replace("{n}", index + 1));
  });
}

function blank(row) {
  for (const error of row.querySelectorAll(".field-error")) error.remove();
  for (const cell of row.querySelectorAll(".field-invalid")) cell.classList.remove("field-invalid");
  for (const control of row.querySelectorAll("input, textarea, select")) {
    control.removeAttribute("aria-invalid");
    control.removeAttribute("aria-describedby");
    if (["checkbox", "radio"].includes(control.type)) control.checked = false;
    else if (control.tagName === "SELECT") control.selectedIndex = 0;
    else control.value = "";
  }
}

function add(list, event) {
  const rows = list.querySelectorAll("[data-repeat-row]");
  if (!rows.length || rows.length >= Number(list.dataset.max ?? 100)) return;
  event.preventDefault();
  const row = rows[rows.length - 1].cloneNode(true);
  blank(row);
  rows[rows.length - 1].after(row);
  renumber(list);
  row.querySelector("input:not([type=hidden]), textarea, select").focus();
  list.dispatchEvent(new Event("input", { bubbles: true }));
}

function remove(list, button, event) {
  event.preventDefault();
  const row = button.closest("[data-repeat-row]");
  const last = list.querySelectorAll("[data-repeat-row]").length === 1;
  if (last) blank(row);
  else row.remove();
  renumber(list);
  list.querySelector(`button[name="${list.dataset.repeat}-add"]`).focus();
  list.dispatchEvent(new Event("input", { bubbles: true }));
}

for (const list of document.querySelectorAll("[data-repeat]")) {
  list.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button?.name === `${list.dataset.repeat}-add`) add(list, event);
    if (button?.name === `${list.dataset.repeat}-remove`) remove(list, button, event);
  });
}
