// The editor: a plain text area (templates/_editor.html) that gets a toolbar, mentions, emoji, preview and pictures when one writes.
import "@github/markdown-toolbar-element";
import "@github/text-expander-element";
import { subscribe } from "@github/paste-markdown";
import { ask, element, icon, words } from "../core.js";
import { openEmoji } from "./emoji.js";
import "./mention.js";

const TOOLS = [
  ["md-bold", "bold", "bold"], ["md-italic", "italic", "italic"], ["md-quote", "quote", "text-quote"], ["md-code", "code", "code"],
  ["md-link", "link", "link"], ["md-unordered-list", "list", "list"], ["md-ordered-list", "numberedList", "list-ordered"],
  ["md-task-list", "taskList", "list-todo"], ["md-mention", "mention", "at-sign"],
];
const drawn = [icon("bold"), icon("italic"), icon("text-quote"), icon("code"), icon("link"), icon("list"), icon("list-ordered"), icon("list-todo"), icon("at-sign")];

export function enhance(box) {
  const area = box.querySelector("textarea");
  if (!area || box.querySelector("markdown-toolbar")) return;
  const bar = element("markdown-toolbar", { for: area.id, "aria-label": words.formatting });
  TOOLS.forEach(([tag, word], at) => {
    if (tag === "md-mention" && !box.querySelector("text-expander[data-mention-url]")) return;
    const tool = element(tag, { "aria-label": words[word], title: words[word] });
    tool.append(drawn[at].cloneNode(true));
    bar.append(tool);
  });
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
