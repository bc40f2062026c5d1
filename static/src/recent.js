// The addresses opened last, kept on the device for the palette. No name is kept: the server says what stands there, to who may
// still know it. Never of confidential places; gone at sign-out and when an address says no.
import { isConfidential, viewer } from "./page.js";

const KEY = `parvis:recent:${viewer}`;
const LIMIT = 12;
const PLACE = /^\/(threads|groups|people|topics)\/[0-9a-z]{26}\/$/;

export function recent() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY)) ?? [];
    return kept.filter((path) => typeof path === "string" && path !== location.pathname).slice(0, LIMIT);
  } catch {
    return [];
  }
}

const status = performance.getEntriesByType?.("navigation")[0]?.responseStatus ?? 200;
const keep = (paths) => localStorage.setItem(KEY, JSON.stringify(paths.slice(0, LIMIT + 1)));

if (!viewer) {
  // SECURITY: nobody's places stay for the next person at this screen.
  Object.keys(localStorage).filter((key) => key.startsWith("parvis:recent:")).forEach((key) => localStorage.removeItem(key));
} else if (status !== 200) {
  keep(recent());
} else if (PLACE.test(location.pathname) && !isConfidential(document.querySelector("#main > *")) && !document.querySelector("#main [data-confidential]")) {
  keep([location.pathname, ...recent()]);
}
