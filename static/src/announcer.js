// What a screen reader hears: one polite sentence every 10 s at most; what comes in between is merged.
const PAUSE = 10_000;
const TYPING_PAUSE = 2_000;

const waiting = new Map();
let quietUntil = 0;
let typedAt = 0;
let timer = 0;

document.addEventListener("input", () => (typedAt = Date.now()), { capture: true, passive: true });

/** Say `text`; a later one under the same `key` replaces it while it waits ("3 new posts" instead of "2 new posts"). */
export function announce(text, { key = text } = {}) {
  if (!text) return;
  waiting.set(key, text);
  schedule();
}

function schedule() {
  clearTimeout(timer);
  const now = Date.now();
  timer = setTimeout(speak, Math.max(0, quietUntil - now, typedAt + TYPING_PAUSE - now));
}

function speak() {
  const place = document.getElementById("announcer");
  if (!place || !waiting.size) return;
  if (Date.now() < typedAt + TYPING_PAUSE) return schedule();
  place.textContent = [...waiting.values()].join(" ");
  waiting.clear();
  quietUntil = Date.now() + PAUSE;
}
