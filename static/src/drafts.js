// Drafts stay on the device: <form data-draft="wall:ID"> keeps its texts, choices and submission key until they are sent.
// Not in confidential places (data-confidential on the form or above, or the label chosen): there the server keeps them.
import { isConfidential, viewer, whenever } from "./page.js";
import { inZone } from "./times.js";
import { fill, words } from "./words.js";

const PREFIX = `parvis:draft:${viewer}:`;
const MONTH = 30 * 86_400_000;
const SECRET_LABELS = new Set(["confidential", "restricted"]);

const fields = (form) =>
  [...form.elements].filter((field) => field.name && !["csrfmiddlewaretoken"].includes(field.name) && !["file", "password", "submit", "button"].includes(field.type));

const isSecret = (form) => isConfidential(form) || SECRET_LABELS.has(form.elements.namedItem("label")?.value);

// Without a name, a field is a script's own (the topic picker says "No topic"): nobody wrote it.
const isEmpty = (form) => ![...form.querySelectorAll("textarea[name], input[type=text][name]")].some((field) => field.value.trim());

function snapshot(form) {
  const kept = {};
  for (const field of fields(form)) {
    if ((field.type === "radio" || field.type === "checkbox") && !field.checked) continue;
    (kept[field.name] ??= []).push(field.value);
  }
  return kept;
}

function note(form, text) {
  const place = document.querySelector(`[data-draft-note="${CSS.escape(form.dataset.draft)}"]`) ?? form.querySelector("[data-draft-note]");
  if (place) place.textContent = text;
}

export function forget(form) {
  if (form.dataset.draft) localStorage.removeItem(PREFIX + form.dataset.draft);
  note(form, "");
}

function keep(form) {
  const key = PREFIX + form.dataset.draft;
  if (isEmpty(form) || isSecret(form)) return forget(form);
  localStorage.setItem(key, JSON.stringify({ at: Date.now(), fields: snapshot(form) }));
  note(form, fill(words.draftKept, { time: inZone(new Date()).time }));
}

function restore(form) {
  let kept;
  try {
    kept = JSON.parse(localStorage.getItem(PREFIX + form.dataset.draft));
  } catch {
    return;
  }
  if (!kept || !isEmpty(form) || isSecret(form)) return;
  const left = structuredClone(kept.fields);
  for (const field of fields(form)) {
    const values = left[field.name];
    if (!values) {
      if (field.type === "checkbox") field.checked = false;
    } else if (field.type === "radio" || field.type === "checkbox") field.checked = values.includes(field.value);
    else if (field.tagName === "SELECT" && ![...field.options].some((option) => option.value === values[0])) continue;
    else if (values.length) field.value = values.shift();
  }
  note(form, words.draftRestored);
  form.dispatchEvent(new CustomEvent("draft:restored", { bubbles: true }));
}

for (const key of Object.keys(localStorage)) {
  if (!key.startsWith("parvis:draft:")) continue;
  try {
    if (JSON.parse(localStorage.getItem(key)).at > Date.now() - MONTH) continue;
  } catch {
    // Unreadable: as good as old.
  }
  localStorage.removeItem(key);
}

const sentFlag = "parvis:sent";
const navigation = performance.getEntriesByType?.("navigation")[0];
const sent = sessionStorage.getItem(sentFlag);
if (sent && navigation?.redirectCount > 0 && (navigation.responseStatus ?? 200) === 200) localStorage.removeItem(sent);
sessionStorage.removeItem(sentFlag);

if (viewer) {
  whenever("form[data-draft]", (form) => {
    restore(form);
    let timer = 0;
    const later = () => {
      clearTimeout(timer);
      timer = setTimeout(() => keep(form), 400);
    };
    form.addEventListener("input", later);
    form.addEventListener("change", later);
    form.addEventListener("submit", () => {
      clearTimeout(timer);
      keep(form);
      sessionStorage.setItem(sentFlag, PREFIX + form.dataset.draft);
    });
    form.addEventListener("htmx:afterRequest", (event) => {
      sessionStorage.removeItem(sentFlag);
      if (event.detail.successful && event.detail.elt === form) {
        clearTimeout(timer);
        forget(form);
      }
    });
    addEventListener("pagehide", () => {
      clearTimeout(timer);
      if (form.isConnected && !form.dataset.sent) keep(form);
    });
  });
}
