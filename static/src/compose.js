// The composer: who reads must be seen before Post, people named stay named, confidential drafts go to the server.
import { ask } from "./page.js";

const SECRET_LABELS = new Set(["confidential", "restricted"]);
const KEEP_AFTER = 1_500;

// More readers than the form said: Post waits for "I have seen it".
function judge(form) {
  if (!form) return;
  const waits = form.querySelector("[data-must-see]");
  const button = form.querySelector("button.primary[type=submit]");
  const body = form.elements.namedItem("body");
  if (button) button.disabled = Boolean(waits) || !body?.value.trim();
}
document.addEventListener("htmx:afterSwap", (event) => judge(event.target.closest?.("form.composer") ?? document.querySelector("form.composer.open")));
document.addEventListener("parvis:readers", (event) => judge(event.detail));
document.addEventListener("input", (event) => event.target.form?.querySelector("[data-must-see]") && judge(event.target.form));
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-seen]");
  if (!button) return;
  const line = button.closest("[data-must-see]");
  const form = button.form;
  line.querySelector("input[name=audience]").value = line.dataset.mustSee;
  line.removeAttribute("data-must-see");
  button.remove();
  judge(form);
  form.elements.namedItem("body").focus();
});

// A person found and checked moves up among those who are named.
document.addEventListener("change", (event) => {
  const option = event.target.closest(".options .pickable");
  if (!option || !event.target.checked) return;
  option.closest("fieldset").querySelector(".chips").append(option);
  option.dispatchEvent(new Event("change", { bubbles: true }));
});

// A level chosen by hand stays when the place changes; else each place proposes its own.
document.addEventListener(
  "change",
  (event) => {
    if (!event.target.matches?.("#levels input[name=label]")) return;
    event.target.form.elements.namedItem("label_touched").value = "1";
  },
  { capture: true },
);

// A title is one line: Enter goes on to the text.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing || event.ctrlKey || event.metaKey || !event.target.matches("[data-one-line]")) return;
  event.preventDefault();
  event.target.form.elements.namedItem("body").focus();
});

// Confidential text is kept by the server, never on the device.
const timers = new WeakMap();
const isSecret = (form) => Boolean(form.closest("[data-confidential]")) || SECRET_LABELS.has(form.elements.namedItem("label")?.value);
document.addEventListener("input", (event) => {
  const form = event.target.closest?.("form[data-keep]");
  if (!form || !isSecret(form)) return;
  clearTimeout(timers.get(form));
  timers.set(
    form,
    setTimeout(() => ask(form.dataset.keep, { method: "POST", body: new FormData(form) }).catch(() => {}), KEEP_AFTER),
  );
});
document.addEventListener("submit", (event) => clearTimeout(timers.get(event.target)));
