// The live part of a page: one socket, and what listens to it. Without it every page still reads, searches and posts.
import { Connection } from "./connection.js";
import { htmx } from "../htmx.js";
import { showFeed } from "./feed.js";
import { showInbox } from "./inbox.js";
import { showPresence } from "./presence.js";
import { showThread } from "./thread.js";
import { showWire } from "./wire.js";

const me = document.documentElement.dataset.person;

/** Everything the page shows: stream names with the versions on the screen. */
function wanted() {
  const streams = { [`inbox:${me}`]: 0 };
  for (const element of document.querySelectorAll("[data-watch]")) {
    streams[element.dataset.watch] = Number(element.dataset.version) || 0;
  }
  for (const feed of document.querySelectorAll("[data-watch-walls]")) {
    for (const name of feed.dataset.watchWalls.split(" ").filter(Boolean)) streams[name] = Number(feed.dataset.version) || 0;
  }
  return streams;
}

if (me) {
  const connection = new Connection(wanted);
  for (const show of [showWire, showInbox, showFeed, showThread, showPresence]) show(connection);
  connection.open();
  let timer = 0;
  const again = () => {
    clearTimeout(timer);
    timer = setTimeout(() => connection.watch(), 200);
  };
  document.addEventListener("htmx:load", again);
  document.addEventListener("parvis:added", (event) => {
    htmx.process(event.detail);
    again();
  });
  document.addEventListener("click", (event) => event.target.closest("[data-try-now]") && connection.retry());
}
