// The service worker, at /sw.js: what of Parvis a device keeps. Built files only, whose names carry their hash, and the page for
// being off line. SECURITY: no page, picture or answer with anybody's content is ever kept; all of them come from the network.
// WHY: docs/decisions/0230-the-shell-alone-is-kept.md
import { forgetAll, forgetOld, keep, speak, spoken } from "./shared.js";

/* global SHELL, BUILD */ // written by deploy/bundle.mjs: the addresses of the shell, and a mark of this list
const CACHE = `parvis-shell-${BUILD}`;
const LANGUAGES = ["en", "fr"];
const HASHED = /^\/static\/[\w./-]+-[0-9A-Z]{8}\.\w+$/;
const offlinePage = (language) => `/offline/?language=${language}`;

self.addEventListener("install", (event) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open(CACHE);
      // Asked for as by nobody: the server could not put anything of a person's into it.
      const asNobody = LANGUAGES.map((language) => new Request(offlinePage(language), { credentials: "omit", cache: "no-store" }));
      await cache.addAll([...SHELL, ...asNobody]);
      await self.skipWaiting();
    })(),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      const old = (await caches.keys()).filter((name) => name.startsWith("parvis-") && name !== CACHE);
      await Promise.all(old.map((name) => caches.delete(name)));
      // The page is asked for while this worker wakes up, not after.
      await self.registration.navigationPreload?.enable();
      await self.clients.claim();
    })(),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== self.location.origin) return;
  if (request.method === "POST" && pathname === "/share/") return event.respondWith(takeIn(request));
  if (request.method === "POST" && pathname === "/account/logout/") event.waitUntil(forgetWhoWasHere());
  if (request.method !== "GET") return;
  if (HASHED.test(pathname)) return event.respondWith(builtFile(request));
  if (request.mode === "navigate") event.respondWith(page(event));
});

// A page says which language it speaks, and a page of nobody's that somebody's session is over.
self.addEventListener("message", (event) => {
  if (event.data?.isOver) event.waitUntil(forgetWhoWasHere());
  if (LANGUAGES.includes(event.data?.language)) event.waitUntil(speak(event.data.language));
});

/** From the device, or from the network and then kept: such a file never changes. */
async function builtFile(request) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request.url);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.status === 200 && answer.type === "basic") await cache.put(request.url, answer.clone());
  return answer;
}

/** From the network, whatever it answers; without one the calm page, in the language of who was here last. */
async function page(event) {
  event.waitUntil(forgetOld().catch(() => {}));
  try {
    return (await event.preloadResponse) ?? (await fetch(event.request));
  } catch {
    const asked = new URL(event.request.url);
    const wish = asked.pathname === "/offline/" ? asked.searchParams.get("language") : await spoken().catch(() => "");
    const language = [wish, navigator.language.slice(0, 2)].find((one) => LANGUAGES.includes(one)) ?? "en";
    return (await caches.match(offlinePage(language))) ?? Response.error();
  }
}

/** Another app shared something: it waits on the device for the composer, which sends it as if it had been written there. */
async function takeIn(request) {
  try {
    const form = await request.formData();
    const [title, text, url] = ["title", "text", "url"].map((name) => `${form.get(name) ?? ""}`.trim());
    const pictures = form.getAll("pictures").filter((file) => file instanceof File && file.size);
    await forgetOld();
    await keep([...(title || text || url ? [{ title, text, url }] : []), ...pictures.map((picture) => ({ picture }))]);
    return Response.redirect("/threads/new/?shared=kept", 303);
  } catch {
    // No room, or no store in this browser: the page says that nothing came.
    return Response.redirect("/threads/new/?shared=lost", 303);
  }
}

async function forgetWhoWasHere() {
  await self.navigator.clearAppBadge?.().catch(() => {});
  await forgetAll();
}
