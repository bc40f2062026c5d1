// A failure said in place: never a toast. Successes are said by the place that changed, and by the announcer.
import { element, icon } from "./page.js";

/** A red notice with a bold fact, what to do, and buttons ({text, act}). */
export function failure(title, text = "", buttons = []) {
  const inside = element("div", {}, element("strong", {}, title), text);
  if (buttons.length) {
    const row = element("div", { class: "actions" });
    buttons.forEach(({ text: verb, act }, at) => {
      const button = element("button", { type: "button", class: at ? "btn quiet" : "btn" }, verb);
      button.addEventListener("click", act);
      row.append(button);
    });
    inside.append(row);
  }
  return element("div", { class: "notice bad mt-3", role: "alert", "data-failure": true }, icon("circle-alert"), inside);
}

/** Puts `notice` after `place` in the place of an older one. */
export function showFailure(place, notice) {
  clearFailure(place);
  place.after(notice);
}

export function clearFailure(place) {
  const next = place.nextElementSibling;
  if (next?.matches("[data-failure]")) next.remove();
}

/** What a refusing answer says: its X-Refusal header (JSON {title, text}), or nothing. */
export function refusalOf(header) {
  try {
    return JSON.parse(decodeURIComponent(header || "null"));
  } catch {
    return null;
  }
}
