// Parvis as an app among others on a device: the worker, the number on the icon, the way back, what other apps shared, and the
// button that installs it, which waits in the account's menu until somebody looks for it.
import { viewer, whenever } from "./page.js";

const workers = navigator.serviceWorker;
const HERE = "parvis:here";

// PERF: the first page comes first; the worker's own fetches (all of them kept already) wait until nothing else is going on.
async function register() {
  const tell = (said) => workers.ready.then(({ active }) => active?.postMessage(said));
  try {
    await workers.register("/sw.js", { updateViaCache: "none" });
  } catch {
    // Switched off by the browser or by policy: everything works without.
    return;
  }
  const language = document.documentElement.lang;
  if (viewer) localStorage.setItem(HERE, "1");
  else if (localStorage.getItem(HERE)) {
    localStorage.removeItem(HERE);
    // The session ended, here or elsewhere; whoever shared something while it was over is on the way to the composer.
    if (!/shared(=|%3D)/i.test(location.search)) await tell({ isOver: true });
  }
  await tell({ language });
}
const soon = () => (window.requestIdleCallback ?? setTimeout)(register);
if (workers) document.readyState === "complete" ? soon() : addEventListener("load", soon, { once: true });

// The whole composer takes up what waits, not the line on a wall.
if (viewer && workers) whenever("form.composer.open", (form) => import("./take_up.js").then(({ takeUp }) => takeUp(form), () => {}));

// The number of unread entries, as the badges of the page say it.
const number = () => Number.parseInt(document.querySelector(".tabbar [data-place=inbox] .count:not([hidden])")?.textContent ?? "0", 10) || 0;
if (viewer && navigator.setAppBadge) {
  const place = document.querySelector(".tabbar [data-place=inbox]");
  const say = () => (number() ? navigator.setAppBadge(number()) : navigator.clearAppBadge()).catch(() => {});
  if (place) {
    say();
    new MutationObserver(say).observe(place, { childList: true, subtree: true, characterData: true, attributes: true });
  }
}

// In a window without the browser's buttons the bar has one that goes back; without script, or at the beginning, it leads home.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-back]");
  if (!link || !(window.navigation?.canGoBack ?? history.length > 1)) return;
  event.preventDefault();
  history.back();
});

// The page for being off line stands at the address that could not be reached, and tries it again by itself when there is a
// connection. At its own address, where its other language is, that is one page back.
const again = () => (location.pathname === "/offline/" ? history.back() : location.reload());
if (document.querySelector("a[data-again]")) addEventListener("online", again);
document.addEventListener("click", (event) => {
  if (!event.target.closest("a[data-again]")) return;
  event.preventDefault();
  again();
});

// No pop-up: the browser's offer is kept for the button in the account's menu and in the preferences.
let offer = null;
const show = () => document.querySelectorAll("[data-install]").forEach((node) => (node.hidden = !offer));
addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  offer = event;
  show();
});
addEventListener("appinstalled", () => {
  offer = null;
  show();
});
document.addEventListener("click", (event) => {
  if (!offer || !event.target.closest("[data-install]")) return;
  offer.prompt();
  offer = null;
  show();
});
