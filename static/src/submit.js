// A form is sent once: a second click while the first is on its way does nothing. The submission key makes the same true on the server.
addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method === "get" || form.matches("[data-send]")) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "true";
  // The button keeps its name and value in what is sent, so it is marked, not disabled.
  event.submitter?.setAttribute("aria-busy", "true");
});

const again = (form) => {
  delete form.dataset.sent;
  form.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
};
// Back in the history, or refused by htmx: the form may be sent again.
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(again));
document.addEventListener("htmx:afterRequest", (event) => event.target.closest?.("form") && again(event.target.closest("form")));

// <button data-needs="#body"> can be pressed once there is something to send.
const check = (form) =>
  form?.querySelectorAll("button[data-needs]").forEach((button) => {
    const field = form.querySelector(button.dataset.needs);
    button.disabled = !field?.value.trim();
  });
document.addEventListener("input", (event) => check(event.target.form));
document.addEventListener("draft:restored", (event) => check(event.target));
document.addEventListener("reset", (event) => setTimeout(() => check(event.target)));
document.querySelectorAll("form:has(button[data-needs])").forEach(check);
