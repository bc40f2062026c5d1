// A thread: what is one's own, answering and quoting, reactions from the picker, and marks that follow reading.
import { htmx } from "./htmx.js";
import { ask, token, viewer, whenever } from "./page.js";

const thread = () => document.getElementById("thread");

// What the live client brings is the same for everybody: here it is marked as the viewer's own where it is.
const pressed = new Map();
whenever("article.post[data-author]", (article) => {
  if (article.dataset.author === viewer) article.classList.add("mine");
  const buttons = [...article.querySelectorAll("button.react")];
  if (article.hasAttribute("data-known")) {
    const mine = buttons.filter((button) => button.getAttribute("aria-pressed") === "true").map((button) => button.value);
    pressed.set(article.id, new Set(mine));
    return;
  }
  for (const button of buttons) {
    if (!pressed.get(article.id)?.has(button.value)) continue;
    button.setAttribute("aria-pressed", "true");
    button.name = "emoji_off";
  }
});

// A message opened for editing takes the focus, at its end; what was refused is read first.
whenever("form.editing", (form) => {
  const area = form.querySelector("textarea[name=body]");
  const notice = form.querySelector("[data-focus]");
  (notice ?? area).focus();
  if (!notice) area.setSelectionRange(area.value.length, area.value.length);
});

// Known at once: the same news may come by the live client before the answer does.
document.addEventListener("htmx:beforeRequest", (event) => {
  const button = event.target.closest?.("button.react");
  const id = button?.closest("article.post")?.id;
  if (!id) return;
  const mine = pressed.get(id) ?? pressed.set(id, new Set()).get(id);
  if (button.name === "emoji") mine.add(button.value);
  else mine.delete(button.value);
});

document.addEventListener("click", async (event) => {
  const picker = event.target.closest("button[data-react]");
  if (picker) {
    event.preventDefault();
    const { openEmoji } = await import("./editor/emoji.js");
    const target = `#${picker.dataset.target}`;
    openEmoji(picker, (emoji) => {
      const id = picker.dataset.target;
      (pressed.get(id) ?? pressed.set(id, new Set()).get(id)).add(emoji);
      htmx.ajax("POST", picker.dataset.react, { target, swap: "outerHTML", values: { emoji } });
    });
    return;
  }
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  const link = event.target.closest("a[data-reply], a[data-quote], a[data-to]");
  const there = link?.dataset.to && document.getElementById(link.dataset.to);
  if (there) {
    event.preventDefault();
    there.scrollIntoView({ block: "start" });
    there.tabIndex = -1;
    there.focus({ preventScroll: true });
  } else if (link && (link.dataset.reply || link.dataset.quote) && document.getElementById("reply-body")) {
    event.preventDefault();
    link.closest("details")?.removeAttribute("open");
    answer(link.dataset.reply ?? link.dataset.quote, link.dataset.name, link.hasAttribute("data-quote"));
  } else if (event.target.closest("[data-answers-off]")) setAnswer("", "");
});

function setAnswer(id, name) {
  const form = document.getElementById("reply");
  if (!form) return;
  form.elements.namedItem("quotes").value = id;
  const line = form.querySelector("[data-answers]");
  line.hidden = !id;
  line.querySelector("[data-answers-name]").textContent = name;
}

function answer(id, name, isQuote) {
  const area = document.getElementById("reply-body");
  const prose = document.querySelector(`#post-${CSS.escape(id)} .prose`);
  // A quote names its author and leads there: the line "in reply to" would say it a second time.
  const isQuoted = isQuote && prose;
  setAnswer(isQuoted ? "" : id, isQuoted ? "" : name);
  if (isQuoted) {
    const selection = getSelection();
    const isInside = selection?.rangeCount && !selection.isCollapsed && prose.contains(selection.anchorNode);
    const text = (isInside ? selection.toString() : prose.innerText).trim().slice(0, 1000);
    const lines = text.split("\n").map((line) => `> ${line}`).join("\n");
    const before = area.value.trim() ? `${area.value.trimEnd()}\n\n` : "";
    area.value = `${before}> [${name.replaceAll(/[[\]\\]/g, " ")}](post:${id})\n${lines}\n\n`;
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }
  area.focus();
  area.setSelectionRange(area.value.length, area.value.length);
  area.scrollIntoView({ block: "nearest" });
}
document.addEventListener("post:sent", () => setAnswer("", ""));

// Reading: the highest post that was in view is told to the server, not more often than every second.
const PAUSE = 1_000;
let reached = 0;
let timer = 0;

const seen = new IntersectionObserver(
  (entries) => {
    if (document.visibilityState !== "visible") return;
    for (const entry of entries) {
      const isRead = entry.isIntersecting && (entry.intersectionRatio > 0.5 || entry.boundingClientRect.bottom <= innerHeight);
      if (isRead) reached = Math.max(reached, Number(entry.target.dataset.number));
    }
    clearTimeout(timer);
    timer = setTimeout(tellRead, PAUSE);
  },
  { threshold: [0, 0.5, 1] },
);
whenever("#thread article.post[data-number]", (article) => seen.observe(article));

const letter = () => {
  const body = new FormData();
  body.set("number", reached);
  body.set("csrfmiddlewaretoken", token());
  return body;
};

async function tellRead() {
  const place = thread();
  if (!place || reached <= Number(place.dataset.read)) return;
  const number = reached;
  try {
    const answer = await ask(place.dataset.readUrl, { method: "POST", body: letter() });
    if (answer.ok) place.dataset.read = number;
  } catch {
    // The next post that comes into view tells it again.
  }
}
addEventListener("pagehide", () => {
  const place = thread();
  if (place && reached > Number(place.dataset.read)) navigator.sendBeacon?.(place.dataset.readUrl, letter());
});
