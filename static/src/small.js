// Small verbs any page may carry as attributes.
import { announce } from "./announcer.js";
import { words } from "./words.js";

document.addEventListener("click", async (event) => {
  const copier = event.target.closest("[data-copy], [data-copy-text]");
  if (copier) {
    event.preventDefault();
    const { copy, copyText } = copier.dataset;
    await navigator.clipboard.writeText(copyText ?? new URL(copy, location.href).href);
    const said = copyText ? words.copiedText : words.copied;
    announce(said);
    const label = copier.querySelector("[data-label]") ?? copier.querySelector("span:not(.vh)");
    if (label) {
      const before = label.textContent;
      label.textContent = said;
      setTimeout(() => (label.textContent = before), 2_000);
    }
  }
  if (event.target.closest("[data-print]")) print();
});

// A check box that stands for many: <input type="checkbox" data-select-all="#list">.
document.addEventListener("change", (event) => {
  const all = event.target.closest("[data-select-all]");
  if (!all) return;
  document.querySelectorAll(`${all.dataset.selectAll} input[type=checkbox]`).forEach((box) => {
    if (box !== all && box.checked !== all.checked) {
      box.checked = all.checked;
      box.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });
});

// A form that sends itself when a choice changes; without script its button does it.
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-auto]");
  if (form && !event.target.matches("[type=search], [type=text]")) form.requestSubmit();
});
