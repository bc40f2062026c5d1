// A failure said in place: never a toast. Successes are said by the place that changed, and by the announcer.
import { element, icon } from "./page.js";

/** A red notice with a bold fact, what to do, and buttons ({text, act}). */
export const failure = (title, text = "", buttons = []) =>
  notice({ class: "notice bad mt-3", role: "alert" }, "circle-alert", title, text, buttons);

/** The same, calm: nothing failed, something waits. */
export const waiting = (title, text = "", buttons = []) =>
  notice({ class: "notice mt-3", role: "status" }, "cloud-off", title, text, buttons);

function notice(attributes, drawing, title, text, buttons) {
  const inside = element("div", {}, element("strong", {}, title), text);
  if (buttons.length) {
    const row = element("div", { class: "actions" });
    buttons.forEach(({ text: verb, act, mark }, at) => {
      const button = element("button", { type: "button", class: at ? "btn quiet" : "btn", ...(mark && { [mark]: true }) }, verb);
      button.addEventListener("click", act);
      row.append(button);
    });
    inside.append(row);
  }
  return element("div", { ...attributes, "data-failure": true }, icon(drawing), inside);
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
