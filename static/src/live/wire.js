// "Reconnecting. Shown as of 14:06": calm, after five seconds of grace, never a dialog.

import { announce } from "../announcer.js";
import { words, fill } from "../words.js";

const GRACE = 5000;

export function showWire(connection) {
  const wire = document.getElementById("wire");
  if (!wire) return;
  let timer = 0;
  let isShown = false;
  connection.addEventListener("lost", () => {
    const time = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" }).format(new Date());
    timer = setTimeout(() => {
      isShown = true;
      wire.textContent = fill(words.reconnecting, { time });
      wire.hidden = false;
      announce(words.connectionLost);
    }, GRACE);
  });
  connection.addEventListener("back", () => {
    clearTimeout(timer);
    wire.hidden = true;
    if (isShown) announce(words.connectionBack);
    isShown = false;
  });
}
