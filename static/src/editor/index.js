// The editor: a plain text area (templates/_editor.html) that gets a toolbar, mentions, emoji, preview and pictures when one writes.
import "@github/markdown-toolbar-element";
import "@github/text-expander-element";
import { subscribe } from "@github/paste-markdown";
import { ask, element, icon, words } from "../core.js";
import { openEmoji } from "./emoji.js";
import "./mention.js";

// What the toolbar element does, the word for it, its drawing.
const TOOLS = [
  ["bold", "bold", () => icon("bold")], ["italic", "italic", () => icon("italic")], ["quote", "quote", () => icon("text-quote")],
  ["code", "code", () => icon("code")], ["link", "link", () => icon("link")], ["unordered-list", "list", () => icon("list")],
  ["ordered-list", "numberedList", () => icon("list-ordered")], ["task-list", "taskList", () => icon("list-todo")],
  ["mention", "mention", () => icon("at-sign")],
];

export function enhance(box) {
  const area = box.querySelector("textarea");
  if (!area || box.querySelector("markdown-toolbar")) return;
  const bar = element("markdown-toolbar", { for: area.id, "aria-label": words.formatting });
  for (const [style, word, draw] of TOOLS) {
    if (style === "mention" && !box.querySelector("text-expander[data-mention-url]")) continue;
    bar.append(element("button", { type: "button", class: "tool", "data-md-button": style, "aria-label": words[word], title: words[word] }, draw()));
  }
  const emoji = element("button", { type: "button", class: "tool", "aria-label": words.emoji, title: words.emoji, "aria-haspopup": "dialog" }, icon("smile"));
  emoji.addEventListener("click", () => openEmoji(emoji, (sign) => insert(area, sign)));
  bar.append(emoji);
  if (box.dataset.previewUrl) bar.append(previewTool(box, area));
  (box.querySelector("[data-toolbar]") ?? area).before(bar);
  subscribe(area);
}

/** Puts `text` where the caret is; the browser's own undo keeps working. */
export function insert(area, text) {
  area.focus();
  if (!document.execCommand("insertText", false, text)) {
    area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

function previewTool(box, area) {
  const button = element("button", { type: "button", class: "tool", "aria-pressed": "false", "aria-label": words.preview, title: words.preview }, icon("eye"));
  let pane = null;
  button.addEventListener("click", async () => {
    if (pane) {
      pane.remove();
      pane = null;
      area.hidden = false;
      button.setAttribute("aria-pressed", "false");
      return area.focus();
    }
    const sent = new FormData();
    sent.set("body", area.value);
    const answer = await ask(box.dataset.previewUrl, { method: "POST", body: sent });
    if (!answer.ok) return;
    pane = element("div", { class: "prose preview", dir: "auto", tabindex: "0", role: "region", "aria-label": words.preview });
    pane.innerHTML = await answer.text();
    area.hidden = true;
    area.after(pane);
    button.setAttribute("aria-pressed", "true");
    pane.focus();
  });
  return button;
}
