// What every page needs at once; the rest is fetched when a page or a key asks for it.
import { whenever } from "./core.js";

// The editor comes when one is about to write.
whenever("[data-editor]", (box) => {
  // Off line the text field stays what it is, and the next focus asks again.
  const load = () => import("./editor/index.js").then((editor) => editor.enhance(box), again);
  const again = () => box.addEventListener("focusin", load, { once: true });
  if (box.matches(":focus-within") || box.hasAttribute("data-editor-open")) load();
  else again();
});
whenever("topic-picker", () => import("./topic_picker.js"));
// PERF: pictures come with the first sign of need, not with the page (two requests of its first load). The buttons stand at once.
const loadPictures = () => import("./editor/pictures.js");
const soon = () => loadPictures().catch(() => {});
whenever("picture-drop", (box) => {
  const form = box.closest("form") ?? box;
  for (const sign of ["focusin", "pointerover"]) form.addEventListener(sign, soon, { once: true });
  for (const button of form.querySelectorAll("[data-attach], [data-camera]")) {
    button.hidden = false;
    button.addEventListener("click", () => customElements.get("picture-drop") || loadPictures().then(() => button.click(), () => {}));
  }
});
document.addEventListener("dragenter", soon, { once: true });

// Where tabs are wider than the screen, the one that is open stands in the middle.
whenever(".tabs [aria-current]", (tab) => {
  const tabs = tab.closest(".tabs");
  tabs.scrollLeft = tab.offsetLeft - tabs.offsetLeft - (tabs.clientWidth - tab.offsetWidth) / 2;
});

// A button that opens the emoji picker and puts the sign into its form's field: <button data-emoji="emoji">.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-emoji]");
  if (!button) return;
  event.preventDefault();
  const { openEmoji } = await import("./editor/emoji.js");
  openEmoji(button, (sign) => {
    const form = button.form ?? button.closest("form");
    form.elements.namedItem(button.dataset.emoji).value = sign;
    form.requestSubmit();
  });
});
