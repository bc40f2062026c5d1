// An open thread: posts arrive as HTML, in order; a jump in versions is made good by asking for what changed.
import { announce } from "../announcer.js";
import { fill, plural, words } from "../words.js";

const NEAR_THE_END = 200; // px
const SPREAD = 300; // ms: so that a thousand readers do not ask in the same instant
const AGAIN = 1_000; // ms, and as much at random: when the changes did not come

/** Ask for everything that says who reads, when somebody came into the group or went. */
function showReaders(connection, ask) {
  const line = (name) => document.querySelector(`#reply-audience[data-watch="${CSS.escape(name)}"]`);
  const heard = (name, version) => {
    const place = line(name);
    const known = Number(place?.dataset.version);
    if (!place || version <= known) return;
    place.dataset.version = version;
    if (known) ask();
  };
  connection.addEventListener("readers", ({ detail: frame }) => line(frame.stream) && ask());
  connection.addEventListener("version", ({ detail: frame }) => heard(frame.stream, frame.version));
  connection.addEventListener("watching", ({ detail: frame }) => {
    for (const [name, version] of Object.entries(frame.versions)) heard(name, version);
  });
}

export function showThread(connection) {
  const thread = () => document.querySelector("[data-changes][data-watch^='thread:']");
  let asking = null;

  const mine = (frame) => {
    const place = thread();
    return place && frame.stream === place.dataset.watch ? place : null;
  };

  connection.addEventListener("post", ({ detail: frame }) => {
    const place = mine(frame);
    if (!place || frame.version <= versionOf(place)) return;
    if (frame.version !== versionOf(place) + 1) return void catchUp(place);
    const box = document.createElement("template");
    box.innerHTML = frame.html;
    take(place, box.content, frame.is_new ? frame.by.name : "");
    place.dataset.version = frame.version;
  });
  connection.addEventListener("version", ({ detail: frame }) => {
    const place = mine(frame);
    if (place && frame.version > versionOf(place)) catchUp(place);
  });
  connection.addEventListener("watching", ({ detail: frame }) => {
    const place = thread();
    if (place && frame.versions[place.dataset.watch] > versionOf(place)) catchUp(place);
  });
  connection.addEventListener("gone", ({ detail: frame }) => {
    if (mine(frame)) location.reload(); // the page itself gives the one answer for what one may not read
  });
  connection.addEventListener("watching", ({ detail: frame }) => {
    const place = thread();
    if (place && frame.gone.includes(place.dataset.watch)) location.reload();
  });

  showReaders(connection, () => thread() && catchUp(thread()));

  // What this very page did (a reply, a reaction, an edit) came back with its answer: the version on the page rises.
  document.addEventListener("htmx:afterRequest", (event) => {
    const version = Number(event.detail.xhr?.getResponseHeader("X-Thread-Version"));
    const place = thread();
    if (place && version === versionOf(place) + 1) place.dataset.version = version;
    else if (place && version > versionOf(place)) catchUp(place);
  });

  async function catchUp(place) {
    if (asking) {
      asking.again = true;
      return;
    }
    asking = { again: false };
    let isAway = true;
    try {
      await new Promise((done) => setTimeout(done, Math.random() * SPREAD));
      const answer = await fetch(`${place.dataset.changes}?since=${versionOf(place)}`, { headers: { "HX-Request": "true" } });
      isAway = answer.status >= 500;
      if (answer.status === 404) return location.reload();
      if (!answer.ok) return;
      const box = document.createElement("template");
      box.innerHTML = await answer.text();
      take(place, box.content, "");
      place.dataset.version = Math.max(versionOf(place), Number(answer.headers.get("X-Thread-Version")));
    } catch {
      // Off line again, or the answer broke off.
    } finally {
      const again = asking.again;
      asking = null;
      // The version that brought us here may be the last one for long: nobody else would ask.
      if (isAway) setTimeout(() => place.isConnected && catchUp(place), AGAIN * (1 + Math.random()));
      else if (again && place.isConnected) catchUp(place);
    }
  }
}

const versionOf = (place) => Number(place.dataset.version);

/** Put what came into the page: by id where it stands already, below the last post where it is new. */
function take(place, content, byName) {
  const list = place.querySelector("[data-posts]");
  const wasNear = document.documentElement.scrollHeight - scrollY - innerHeight < NEAR_THE_END;
  let added = 0;
  for (const element of [...content.children]) {
    const standing = element.id && document.getElementById(element.id);
    if (element.id === "reply-audience") {
      if (standing) renewReaders(standing, element);
      continue;
    }
    if (standing) {
      // Somebody is writing in it: leave it; sending tells about the other change.
      // Its own answer is on its way, and says more (what is the viewer's own, how to undo).
      const isAnswering = standing.matches("form") || standing.querySelector(".htmx-request");
      if (!isAnswering && (!standing.contains(document.activeElement) || !standing.querySelector("textarea"))) {
        standing.replaceWith(element);
        htmxProcess(element);
      }
    } else if (element.dataset.number && list && list.dataset.atEnd !== "no") {
      element.classList.add("fresh");
      insertByNumber(list, element);
      htmxProcess(element);
      added += 1;
    } else if (element.dataset.number) {
      added += 1;
    }
  }
  if (!added) return;
  const me = document.documentElement.dataset.person;
  announce(byName && added === 1 ? fill(words.newReply, { name: byName }) : plural(words.newReplies, added), { key: "replies" });
  if (wasNear) scrollTo({ top: document.documentElement.scrollHeight });
  else showBelow(place, added, me);
}

/** More readers while something is typed: Post waits until the writer has seen it (static/src/compose.js). */
function renewReaders(standing, fresh) {
  const [shown, now] = [standing, fresh].map((line) => line.querySelector("input[name=audience]"));
  const guestsCame = shown.value.endsWith(":0") && !now.value.endsWith(":0");
  fresh.dataset.version = standing.dataset.version;
  const form = standing.closest("form");
  if (guestsCame && form.elements.namedItem("body").value.trim()) {
    fresh.dataset.mustSee = now.value;
    now.value = shown.value;
    const seen = document.createElement("button");
    Object.assign(seen, { type: "button", className: "btn", textContent: words.iHaveSeenIt });
    seen.dataset.seen = "";
    fresh.append(seen);
  }
  standing.replaceWith(fresh);
  if (guestsCame) announce(words.guestsCanRead, { key: "readers" });
  document.dispatchEvent(new CustomEvent("parvis:readers", { detail: form }));
}

function insertByNumber(list, element) {
  const number = Number(element.dataset.number);
  const after = [...list.children].find((child) => Number(child.dataset.number) > number);
  list.insertBefore(element, after ?? null);
}

/** "2 new replies below": the reader's place is not moved. */
function showBelow(place, added) {
  const pill = place.querySelector("[data-below]");
  if (!pill) return;
  const total = Number(pill.dataset.count || 0) + added;
  pill.dataset.count = total;
  pill.hidden = false;
  pill.querySelector("span").textContent = plural(words.repliesBelow, total);
  pill.onclick = () => {
    const list = place.querySelector("[data-posts]");
    const fresh = list.children[Math.max(0, list.children.length - total)];
    pill.hidden = true;
    pill.dataset.count = 0;
    fresh?.scrollIntoView({ block: "start" });
    fresh?.querySelector("a, button")?.focus({ preventScroll: true });
  };
}

const htmxProcess = (element) => document.dispatchEvent(new CustomEvent("parvis:added", { detail: element }));
