// Keyboard shortcuts. people/shortcuts.py says what each does, shortcuts.js does it; here is what was pressed. Everywhere a
// shortcut goes by the keys it has for somebody new; which keys a person has given it instead is settled when one presses them.
import { closeMenu } from "./menus.js";

const root = document.documentElement;
export const ROWS = ".row h3 a, .lines > li .t > a, .item h3 a, .hit h3 a, article.post[id]";
const PLACES = { "g h": "home", "g i": "inbox", "g p": "people", "g g": "groups", "g s": "saved" };
const SINGLE = "c/z?jkoun[]exXrqafms";
/** What goes on while a key is held down. */
const HELD = new Set(["j", "k", "[", "]"]);

const isField = (node) =>
  node?.isContentEditable ||
  node?.matches?.("input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, emoji-picker");

/** The first keys of each shortcut this person changed, and the keys they gave it: {"c": "w", "g h": "h"}. */
const own = JSON.parse(root.dataset.keys ?? "{}");
const given = Object.fromEntries(Object.entries(own).map(([first, keys]) => [keys, first]));

/** The keys of the shortcut that goes by `first`; "" where it has none, or none works. */
export const keysOf = (first) => (root.dataset.singleKeys === "off" ? "" : (own[first] ?? first));

/** The shortcut that `keys` ask for, by its first keys. */
const askedBy = (keys) => given[keys] ?? (keys in own ? undefined : keys);

export function go(place) {
  const link = document.querySelector(`[data-place="${place}"]`);
  if (link) location.assign(link.href);
  return Boolean(link);
}

addEventListener("pagehide", () => {
  const rows = document.querySelectorAll(".row.unread h3 a, .lines > li.unread .t > a");
  if (rows.length) sessionStorage.setItem("parvis:unread", JSON.stringify([...rows].map((row) => row.pathname)));
});

/** PERF: what the keys do comes with the first of them that is pressed, not with the page. */
let act = (first) =>
  import("./shortcuts.js").then((shortcuts) => {
    act = shortcuts.act;
    act(first);
  }, () => {});

export const openPalette = () => import("./palette.js").then((palette) => palette.open());

/** Keys after which another is waited for: "g". */
const beginnings = new Set(
  [...Object.keys(PLACES).map((first) => own[first] ?? first), ...Object.values(own)].filter((keys) => keys.includes(" ")).map((keys) => keys.split(" ")[0]),
);
let begun = "";
let begunTimer = 0;

// A key is what it writes, wherever it lies: on a French keyboard "/" takes Shift, and "[" takes AltGr.
const writes = (event) =>
  event.getModifierState?.("AltGraph") || (/Mac/.test(navigator.platform) && event.altKey && !event.ctrlKey && !event.metaKey);

/** What was pressed, without what Caps Lock makes of it. */
function pressed({ key, shiftKey }) {
  const [lower, upper] = [key.toLowerCase(), key.toUpperCase()];
  return lower === upper ? key : shiftKey ? upper : lower;
}

/** Ctrl or Cmd with the key that writes `letter`; where the keyboard writes no Latin letters, the key where it lies. */
function isCommand(event, letter) {
  const is = (key) => key.toLowerCase() === letter;
  return (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && (is(event.key) || (/[^ -~]/.test(event.key) && is(event.code.slice(3))));
}

document.addEventListener("keydown", (event) => {
  // 229: the key belongs to whoever puts a character together, also where the browser does not say isComposing.
  // What a browser fills in by itself comes without a key.
  if (event.defaultPrevented || !event.key || event.isComposing || event.keyCode === 229) return;
  const command = event.ctrlKey || event.metaKey;
  if (isCommand(event, "k") && root.dataset.person) {
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
  if (event.key.length !== 1 || event.key === " ") return;
  if (((command || event.altKey) && !writes(event)) || isField(event.target) || document.querySelector("dialog[open]")) return;
  if (!root.dataset.person || root.dataset.singleKeys === "off") return;
  const key = begun + pressed(event);
  clearTimeout(begunTimer);
  if (!begun && beginnings.has(key)) {
    begun = `${key} `;
    begunTimer = setTimeout(() => (begun = ""), 1_500);
    return;
  }
  begun = "";
  const first = askedBy(key);
  if (!PLACES[first] && !(first?.length === 1 && SINGLE.includes(first))) return;
  if (event.repeat && !HELD.has(first)) return;
  // Some browsers look for text as one types.
  event.preventDefault();
  if (PLACES[first]) go(PLACES[first]);
  else act(first);
});

// PERF: only who has keys of their own, or none, fetches what writes them into the hints.
if (root.dataset.keys || root.dataset.singleKeys === "off") import("./hints.js");

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
  const row = left.page === location.href && [...document.querySelectorAll(ROWS)].find((one) => one.pathname === left.row && one.getClientRects().length);
  if (row) row.focus({ preventScroll: true });
}
