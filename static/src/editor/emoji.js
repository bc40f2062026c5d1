// The emoji picker, with its list from our own server, in the page's language. Loaded when first asked for.
import { element } from "../core.js";

const root = document.documentElement;
let sheet = null;

const close = () => {
  sheet?.remove();
  sheet = null;
};
document.addEventListener("click", (event) => sheet && !sheet.contains(event.target) && !event.target.closest("[aria-haspopup=dialog]") && close());

/** Opens the picker at `button`; `choose` gets the sign. Escape closes it and gives the focus back. */
export async function openEmoji(button, choose) {
  if (sheet) {
    const isSame = sheet.dataset.for === button.dataset.emojiId;
    close();
    if (isSame) return;
  }
  button.dataset.emojiId ||= String(Math.random());
  const { Picker, texts } = await import("./picker.js");
  const language = root.lang === "fr" ? "fr" : "en";
  const picker = new Picker({ locale: language, dataSource: root.dataset[`emoji${language === "fr" ? "Fr" : "En"}`], i18n: texts[language] });
  sheet = element("div", { class: "emoji-sheet", "data-for": button.dataset.emojiId }, picker);
  picker.addEventListener("emoji-click", (event) => {
    close();
    button.focus();
    choose(event.detail.unicode);
  });
  sheet.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    close();
    button.focus();
  });
  document.body.append(sheet);
  const place = button.getBoundingClientRect();
  const width = Math.min(336, innerWidth - 32);
  const left = Math.max(8, Math.min(place.left, innerWidth - width - 8));
  const top = place.bottom + 328 < innerHeight ? place.bottom + 4 : Math.max(8, place.top - 328);
  Object.assign(sheet.style, { left: `${left}px`, top: `${top}px` });
  setTimeout(() => picker.shadowRoot?.querySelector("input[type=search]")?.focus(), 60);
}
