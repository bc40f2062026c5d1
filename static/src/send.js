// Replies are sent without leaving the page, and are always one of: sending, sent, not sent with a way out.
//
//   <form data-send data-send-to="#posts" action="…" method="post">…textarea name="body"… hidden name="submission_key"…</form>
//
// Pressed: the text appears at once as a pending post, the form is free for the next one. The server answers 2xx with the
// post as HTML (what the list at data-send-to holds, each with an id): it takes the pending one's place, unless the live client
// brought it first. 4xx: the answer's text (or its X-Refusal header) is said in a red notice. No answer: it is sent again,
// in order, under the same key, when the connection is back; a reload finds it on the device (never in confidential places).
import { announce } from "./announcer.js";
import { forget } from "./drafts.js";
import { failure, refusalOf, waiting } from "./notices.js";
import { ask, element, icon, isConfidential, token, viewer } from "./page.js";
import { htmx } from "./htmx.js";
import { words } from "./words.js";

const STILL = 5_000;
const KEY = `parvis:unsent:${viewer}`;
const queue = [];
let isWorking = false;

const save = () => {
  const kept = queue.filter((letter) => !letter.isSecret).map(({ action, page, to, entries }) => ({ action, page, to, entries }));
  if (kept.length) localStorage.setItem(KEY, JSON.stringify(kept));
  else localStorage.removeItem(KEY);
};

/** The pending post: grey, with a clock. */
function pendingPost(letter) {
  const body = letter.entries.find(([name]) => name === "body")?.[1] ?? "";
  const prose = element("div", { class: "prose", dir: "auto" });
  for (const part of body.split(/\n{2,}/)) prose.append(element("p", {}, part));
  const me = document.querySelector(".top .av")?.cloneNode(true) ?? element("span", { class: "av" });
  me.classList.remove("sm");
  const clock = element("span", { class: "end" }, icon("clock", "sm"), element("span", { class: "vh" }, words.sending));
  const name = document.querySelector(".sheetlet .mini b")?.textContent ?? "";
  const article = element(
    "article", { class: "post pending" }, me,
    element("div", {}, element("p", { class: "byline" }, element("span", { class: "who" }, name), clock), prose),
  );
  return element(document.querySelector(letter.to)?.matches("ol, ul") ? "li" : "div", { "data-pending": letter.key }, article);
}

function show(letter) {
  const list = document.querySelector(letter.to);
  if (!list) return;
  letter.node = pendingPost(letter);
  list.append(letter.node);
  letter.node.scrollIntoView({ block: "nearest" });
}

function refuse(letter, title, text) {
  letter.isHeld = true;
  say(letter, failure(title, text, verbs(letter, words.tryAgain)));
}

/** No answer is no refusal: calm, since it goes by itself when the connection is back. */
function keep(letter) {
  const where = letter.isSecret ? words.keptInTab : words.keptOnDevice;
  say(letter, waiting(words.notSentYet, where, verbs(letter, words.tryNow, "data-try-now")));
}

function say(letter, said) {
  letter.node?.querySelector("[data-failure]")?.remove();
  letter.node?.querySelector("article > div").append(said);
}

const verbs = (letter, again, mark) => [
  { text: again, act: () => retry(letter), mark },
  { text: words.edit, act: () => edit(letter) },
  { text: words.discard, act: () => drop(letter) },
];

function retry(letter) {
  letter.isHeld = false;
  letter.node?.querySelector("[data-failure]")?.remove();
  work();
}

function drop(letter) {
  queue.splice(queue.indexOf(letter), 1);
  letter.node?.remove();
  save();
}

/** Puts the text back into the form, under its old key. */
function edit(letter) {
  drop(letter);
  const form = letter.form?.isConnected ? letter.form : document.querySelector("form[data-send]");
  if (!form) return;
  for (const [name, value] of letter.entries) {
    const field = form.elements.namedItem(name);
    if (field && "value" in field) field.value = value;
  }
  form.querySelector("textarea")?.focus();
}

async function work() {
  if (isWorking) return;
  isWorking = true;
  try {
    for (const letter of [...queue]) {
      if (letter.isHeld) continue;
      if (!(await deliver(letter))) break;
    }
  } finally {
    isWorking = false;
  }
}

/** True when the next letter may be tried. */
async function deliver(letter) {
  const slow = setTimeout(() => {
    const clock = letter.node?.querySelector(".byline .end .vh");
    clock?.replaceWith(element("span", { role: "status" }, words.stillSending));
  }, STILL);
  const form = new FormData();
  for (const [name, value] of letter.entries) form.append(name, value);
  form.set("csrfmiddlewaretoken", token());
  let answer;
  try {
    answer = await ask(letter.action, { method: "POST", body: form, signal: AbortSignal.timeout(30_000) });
  } catch {
    clearTimeout(slow);
    waitAndRetry(letter);
    return false;
  }
  clearTimeout(slow);
  if (answer.status >= 500) {
    waitAndRetry(letter);
    return false;
  }
  const text = await answer.text();
  // Sent elsewhere (to sign in again) is no yes: the text stays.
  if (answer.ok && !answer.redirected) accept(letter, text);
  else {
    const refusal = refusalOf(answer.headers.get("X-Refusal"));
    const said = new DOMParser().parseFromString(text, "text/html").body.textContent.trim().slice(0, 300);
    const isGone = answer.status === 404 || answer.redirected;
    refuse(letter, refusal?.title ?? words.notSent, refusal?.text ?? (isGone ? words.nothingHere : said));
    save();
  }
  return true;
}

let tries = 0;
function waitAndRetry(letter) {
  if (!letter.node?.querySelector("[data-failure]")) keep(letter);
  tries += 1;
  setTimeout(() => navigator.onLine && work(), Math.min(30_000, 1_000 * 2 ** tries));
}
addEventListener("online", () => work());

function accept(letter, html) {
  tries = 0;
  queue.splice(queue.indexOf(letter), 1);
  save();
  const inside = document.createElement("template");
  inside.innerHTML = html;
  const arrived = [...inside.content.querySelectorAll("[id]")].find((node) => document.getElementById(node.id));
  if (arrived || !letter.node) letter.node?.remove();
  else {
    letter.node.replaceWith(inside.content);
    htmx.process(document.querySelector(letter.to) ?? document.body);
  }
  announce(words.posted);
  document.dispatchEvent(new CustomEvent("post:sent", { detail: letter }));
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-send]");
  if (!form || !document.querySelector(form.dataset.sendTo)) return;
  event.preventDefault();
  const body = form.elements.namedItem("body");
  if (!body.value.trim()) return body.focus();
  const unseen = form.querySelector("[data-must-see] [data-seen]");
  if (unseen) return unseen.focus();
  const entries = [...new FormData(form, event.submitter)].filter(([, value]) => typeof value === "string");
  const key = form.elements.namedItem("submission_key");
  const letter = {
    key: key?.value ?? crypto.randomUUID(), action: form.action, page: location.pathname, to: form.dataset.sendTo, entries, form,
    isSecret: isConfidential(form),
  };
  queue.push(letter);
  save();
  show(letter);
  forget(form);
  body.value = "";
  body.dispatchEvent(new Event("input", { bubbles: true }));
  // The next text is another post: a key of its own, made here.
  if (key) key.value = crypto.randomUUID();
  work();
});

// What a reload or a crash left unsent comes back where it was written.
if (viewer) {
  let kept = [];
  try {
    kept = JSON.parse(localStorage.getItem(KEY)) ?? [];
  } catch {
    kept = [];
  }
  for (const { action, page, to, entries } of kept) {
    const letter = { key: crypto.randomUUID(), action, page, to, entries, isSecret: false };
    queue.push(letter);
    if (page === location.pathname) show(letter);
  }
  if (queue.length) work();
}
