// Theme and density change at once; the choice is sent behind, and works as a plain form without script.
import { ask } from "./page.js";

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-switch]");
  const button = event.submitter;
  if (!form || !button?.name) return;
  event.preventDefault();
  const root = document.documentElement;
  if (button.value === "system") delete root.dataset[button.name];
  else root.dataset[button.name] = button.value;
  form.querySelectorAll(`button[name=${button.name}]`).forEach((one) => one.setAttribute("aria-pressed", String(one === button)));
  const sent = new FormData(form);
  sent.set(button.name, button.value);
  ask(form.action, { method: "POST", body: sent });
  // A list drawn otherwise comes with the page.
  if (form.dataset.switch === "density") location.reload();
});
