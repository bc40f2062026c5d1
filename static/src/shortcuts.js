// What each shortcut does: it finds its element on the page, a link or button with data-key="f" inside the current row or post,
// else in the page. Fetched when the first one is pressed.
import { ROWS, go, openAddress, openPalette, words } from "./core.js";

const IN_ROW = new Set(["r", "q", "a", "f", "m", "s", "e"]);
const isShown = (node) => node.getClientRects().length > 0;
const shown = (selector, scope = document) => [...scope.querySelectorAll(selector)].filter(isShown);
const main = () => document.getElementById("main") ?? document.body;

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
  return Boolean(field) || press("c") || go("write");
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

/** Do what the shortcut does that goes by `first`. */
export const act = (first) => (SINGLE[first] ?? (() => press(first)))();
