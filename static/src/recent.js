// The places last visited, kept on the device for the palette. Never confidential ones; gone at sign-out and when an address says no.
import { isConfidential, viewer } from "./page.js";

const KEY = `parvis:recent:${viewer}`;
const LIMIT = 12;

export function recent() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? [];
  } catch {
    return [];
  }
}

const status = performance.getEntriesByType?.("navigation")[0]?.responseStatus ?? 200;
const others = recent().filter((place) => place.url !== location.pathname);

if (!viewer) {
  // SECURITY: nobody's places stay for the next person at this screen.
  Object.keys(localStorage).filter((key) => key.startsWith("parvis:recent:")).forEach((key) => localStorage.removeItem(key));
} else if (status !== 200) {
  localStorage.setItem(KEY, JSON.stringify(others));
} else if (!isConfidential(document.querySelector("#main > *")) && !document.querySelector("#main [data-confidential]")) {
  const text = document.title.replace(/ · Parvis$/, "");
  const isPlace = !document.querySelector(`.nav a[data-place][href="${CSS.escape(location.pathname)}"]`);
  if (isPlace) localStorage.setItem(KEY, JSON.stringify([{ url: location.pathname, text }, ...others].slice(0, LIMIT)));
}
