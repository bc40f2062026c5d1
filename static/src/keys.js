// Keyboard shortcuts. intranet/shortcuts.py says what each does; here each finds its element on the page:
// a link or button with data-key="f" inside the current row or post, else in the page. Single keys can be switched off.
import { openAddress } from "./dialogs.js";
import { closeMenu } from "./menus.js";
import { words } from "./words.js";

const root = document.documentElement;
const ROWS = ".row h3 a, .lines > li .t > a, .item h3 a, .hit h3 a, article.post[id]";
const IN_ROW = new Set(["r", "q", "a", "f", "m", "s", "e"]);
const PLACES = { h: "home", i: "inbox", p: "people", g: "groups", s: "saved" };

const isShown = (node) => node.getClientRects().length > 0;
const shown = (selector, scope = document) => [...scope.querySelectorAll(selector)].filter(isShown);
const main = () => document.getElementById("main") ?? document.body;
const isField = (node) => node?.matches?.("input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable=true], emoji-picker");

/** The row or post the focus is in. */
const current = () => document.activeElement?.closest?.(".row, .lines > li, .item, .hit, article.post");

function move(step) {
  const rows = shown(ROWS, main());
  if (!rows.length) return false;
  const holder = current();
  const at = rows.findIndex((row) => row === holder || holder?.contains(row));
  const next = rows[at < 0 ? (step > 0 ? firstBelow(rows) : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + step))];
  if (next.matches("article")) next.tabIndex = -1;
  next.focus();
  next.scrollIntoView({ block: "nearest" });
  return true;
}

const firstBelow = (rows) => Math.max(0, rows.findIndex((row) => row.getBoundingClientRect().bottom > 60));

function press(key) {
  const scope = IN_ROW.has(key) ? current() : null;
  const quoted = CSS.escape(key);
  const target = (scope && shown(`[data-key~="${quoted}"]`, scope)[0]) ?? shown(`[data-key~="${quoted}"]`)[0];
  if (!target) return false;
  if (target.matches("input, textarea")) target.focus();
  else target.click();
  return true;
}

function go(place) {
  const link = document.querySelector(`[data-place="${place}"]`);
  if (link) location.assign(link.href);
  return Boolean(link);
}

let selectedLast = null;
function select(isRange) {
  const box = current()?.querySelector("input[type=checkbox]");
  if (!box) return false;
  const boxes = shown("input[type=checkbox]", main());
  const from = isRange && selectedLast ? boxes.indexOf(selectedLast) : boxes.indexOf(box);
  const to = boxes.indexOf(box);
  const checked = isRange ? true : !box.checked;
  for (const one of boxes.slice(Math.min(from, to), Math.max(from, to) + 1)) {
    one.checked = checked;
    one.dispatchEvent(new Event("change", { bubbles: true }));
  }
  selectedLast = box;
  return true;
}

/** To the next or previous unread thread: in a list by focus, in a thread by what the list said when it was left. */
function unread(step) {
  const rows = shown(".row.unread h3 a, .lines > li.unread .t > a, .item.unread h3 a", main());
  if (rows.length) {
    const at = rows.indexOf(document.activeElement);
    rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + step))].focus();
    return true;
  }
  const list = JSON.parse(sessionStorage.getItem("parvis:unread") ?? "[]");
  const at = list.indexOf(location.pathname);
  const next = list[at < 0 ? 0 : at + step];
  if (next) location.assign(next);
  return Boolean(next);
}
addEventListener("pagehide", () => {
  const rows = document.querySelectorAll(".row.unread h3 a, .lines > li.unread .t > a");
  if (rows.length) sessionStorage.setItem("parvis:unread", JSON.stringify([...rows].map((row) => row.pathname)));
});

const undo = () => {
  const button = shown("[data-undo]").at(-1);
  button?.click();
  return Boolean(button);
};

function help() {
  const link = document.querySelector("a[data-open=keys]");
  if (!link) return false;
  openAddress(link.href, words.keysTitle);
  return true;
}

function searchHere() {
  const field = shown("[data-search-here]")[0];
  if (field) field.focus();
  else openPalette();
  return true;
}

function write() {
  const field = shown(".composer textarea[name=body]", main())[0];
  if (field) field.focus();
  return Boolean(field) || press("c");
}

function back() {
  if (press("u")) return true;
  const up = document.querySelector(".crumbs a:last-of-type");
  if (document.referrer.startsWith(location.origin)) history.back();
  else if (up) location.assign(up.href);
  return true;
}

const SINGLE = {
  "/": searchHere, c: write, j: () => move(1), k: () => move(-1), u: back, z: undo, "?": help,
  o: () => { const row = document.activeElement; row?.matches?.(ROWS) && row.click(); },
  "[": () => unread(-1), "]": () => unread(1), x: () => select(false), X: () => select(true),
};

export const openPalette = () => import("./palette.js").then((palette) => palette.open());

let isGoing = false;
let goingTimer = 0;

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  const command = event.ctrlKey || event.metaKey;
  if (command && !event.altKey && event.key.toLowerCase() === "k" && root.dataset.person) {
    event.preventDefault();
    return openPalette();
  }
  if (command && event.key === "Enter" && event.target.form && event.target.matches("textarea, input")) {
    event.preventDefault();
    const buttons = event.target.form.querySelectorAll("button[type=submit], button:not([type])");
    const button = [...buttons].find((one) => one.matches(".primary")) ?? buttons[0];
    return button && !button.disabled && event.target.form.requestSubmit(button);
  }
  if (event.key === "Escape") {
    if (document.querySelector("dialog[open]")) return;
    if (closeMenu()) event.preventDefault();
    else if (isField(document.activeElement)) document.activeElement.blur();
    return;
  }
  if (command || event.altKey || isField(event.target) || document.querySelector("dialog[open]")) return;
  if (!root.dataset.person || root.dataset.singleKeys === "off") return;
  if (isGoing) {
    isGoing = false;
    if (PLACES[event.key] && go(PLACES[event.key])) event.preventDefault();
    return;
  }
  if (event.key === "g") {
    isGoing = true;
    clearTimeout(goingTimer);
    goingTimer = setTimeout(() => (isGoing = false), 1_500);
    return;
  }
  const work = SINGLE[event.key];
  if (work ? work() : event.key.length === 1 && press(event.key)) event.preventDefault();
});

document.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  if (!event.target.closest("[data-open=palette]")) return;
  event.preventDefault();
  openPalette();
});

// Going back to a list gives its row the focus again: the page is fetched anew, and the browser forgets.
const LEFT = "parvis:left";
addEventListener("pagehide", () => {
  const row = document.activeElement;
  if (row?.matches?.(ROWS) && row.href) sessionStorage.setItem(LEFT, JSON.stringify({ page: location.href, row: row.pathname }));
});
if (performance.getEntriesByType?.("navigation")[0]?.type === "back_forward") {
  const left = JSON.parse(sessionStorage.getItem(LEFT) ?? "{}");
  const row = left.page === location.href && shown(ROWS, main()).find((one) => one.pathname === left.row);
  if (row) row.focus({ preventScroll: true });
}
