// htmx under our rules: no eval, no style of its own, no copy of private pages on the device.
import htmx from "htmx.org/dist/htmx.esm.js";
import { announce } from "./announcer.js";
import { clearFailure, failure, refusalOf, showFailure } from "./notices.js";
import { token } from "./page.js";
import { fill, words } from "./words.js";

Object.assign(htmx.config, {
  allowEval: false,
  includeIndicatorStyles: false,
  selfRequestsOnly: true,
  // SECURITY: htmx would keep whole pages in localStorage; they are private.
  historyCacheSize: 0,
  refreshOnHistoryMiss: true,
  timeout: 30_000,
  // A refused form (400, 409, 422) comes back as HTML with its errors; every other failure is said in place.
  responseHandling: [
    { code: "204", swap: false },
    { code: "[23]..", swap: true },
    { code: "400|409|422", swap: true },
    { code: "[45]..", swap: false, error: true },
  ],
});

const body = document.body;

body.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = token();
});

/** Where a failure is said: at the form or the row the request came from. */
const placeOf = (element) => element.closest("form, article, .row, li, p") ?? element;

body.addEventListener("htmx:beforeRequest", (event) => clearFailure(placeOf(event.detail.elt)));

const busy = (event) => event.detail.requestConfig?.triggeringEvent?.submitter ?? event.detail.elt;
body.addEventListener("htmx:beforeRequest", (event) => {
  const button = busy(event);
  if (button.matches?.("button, a.btn")) button.setAttribute("aria-busy", "true");
});
body.addEventListener("htmx:afterRequest", (event) => busy(event).removeAttribute?.("aria-busy"));

body.addEventListener("htmx:responseError", (event) => {
  const { xhr, elt } = event.detail;
  const refusal = refusalOf(xhr.getResponseHeader("X-Refusal"));
  showFailure(placeOf(elt), failure(refusal?.title ?? (xhr.status === 404 ? words.nothingHere : fill(words.failed, { status: xhr.status })), refusal?.text));
});
for (const name of ["htmx:sendError", "htmx:timeout"])
  body.addEventListener(name, (event) => {
    const { elt, requestConfig } = event.detail;
    const again = { text: words.tryAgain, act: () => htmx.trigger(elt, requestConfig?.triggeringEvent?.type ?? "click") };
    showFailure(placeOf(elt), failure(words.offline, "", [again]));
  });

// "Show 30 more": the focus goes to the first new row.
body.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.requestConfig?.elt?.matches("[data-focus-new]"))
    event.detail.target.dataset.rowsBefore = event.detail.target.children.length;
});
body.addEventListener("htmx:afterSwap", (event) => {
  const target = event.detail.target;
  const before = Number(target?.dataset?.rowsBefore ?? -1);
  if (before < 0) return;
  delete target.dataset.rowsBefore;
  target.children[before]?.querySelector("h3 a, a, button")?.focus();
});

// An answer may carry a sentence for screen readers: HX-Trigger {"announce": "Saved."}.
body.addEventListener("announce", (event) => announce(event.detail.value));

// A form that was refused: focus on the summary, whose links go to the fields.
body.addEventListener("htmx:afterSettle", () => document.querySelector("#error-summary")?.focus());
document.querySelector("[data-focus]")?.focus();

export { htmx };
