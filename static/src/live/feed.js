// A wall or the feed: rows renew in place, new activity waits behind the pill, nothing moves what is being read.
import { announce } from "../announcer.js";
import { keysOf } from "../keys.js";
import { fill, plural, words } from "../words.js";

const GATHER = 400; // ms
const AGAIN = 1_000; // ms, and as much at random: when the rows did not come

export function showFeed(connection) {
  const me = document.documentElement.dataset.person;
  const fresh = new Set();
  let isUncounted = false;
  let announced = 0;
  const stale = new Set();
  let timer = 0;

  const feed = () => document.querySelector("[data-feed]");
  const watchesWall = (name) => feed()?.dataset.watchWalls?.split(" ").includes(name);

  connection.addEventListener("activity", ({ detail: frame }) => {
    if (!watchesWall(frame.stream) || frame.by === me) return;
    fresh.add(frame.thread);
    drawPill();
  });
  connection.addEventListener("version", ({ detail: frame }) => {
    if (watchesWall(frame.stream) && frame.version > Number(feed().dataset.version)) {
      isUncounted = fresh.size === 0;
      drawPill();
    }
    const row = rowOf(frame.stream);
    if (row && frame.version > Number(row.dataset.version)) renew(row);
  });
  connection.addEventListener("watching", ({ detail: frame }) => {
    const place = feed();
    if (!place) return;
    for (const [name, version] of Object.entries(frame.versions)) {
      const row = rowOf(name);
      if (row && version > Number(row.dataset.version)) renew(row);
      if (watchesWall(name) && version > Number(place.dataset.version)) isUncounted = true;
    }
    if (isUncounted) drawPill();
    for (const name of frame.gone) rowOf(name)?.closest("li")?.remove();
  });
  connection.addEventListener("gone", ({ detail: frame }) => rowOf(frame.stream)?.closest("li")?.remove());

  function drawPill() {
    const pill = document.querySelector("[data-pill]");
    if (!pill || (!fresh.size && !isUncounted)) return;
    pill.querySelector("span").textContent = fresh.size ? plural(words.newPosts, fresh.size) : words.newPostsSome;
    if (pill.hidden || fresh.size >= announced * 2) {
      announced = Math.max(1, fresh.size);
      const key = keysOf("n");
      announce(`${pill.querySelector("span").textContent}. ${key ? fill(words.pressN, { key }) : ""}`.trim(), { key: "feed" });
    }
    pill.hidden = false;
  }

  function renew(row) {
    stale.add(row.dataset.watch.slice("row:".length));
    clearTimeout(timer);
    timer = setTimeout(fetchRows, GATHER + Math.random() * GATHER);
  }

  async function fetchRows() {
    const place = feed();
    if (!place?.dataset.rows || !stale.size) return;
    const asked = [...stale];
    const query = asked.map((id) => `id=${id}`).join("&");
    stale.clear();
    let isAway = true;
    try {
      const answer = await fetch(`${place.dataset.rows}?${query}`, { headers: { "HX-Request": "true" } });
      isAway = answer.status >= 500;
      if (!answer.ok) return;
      const box = document.createElement("template");
      box.innerHTML = await answer.text();
      for (const element of [...box.content.children]) {
        const standing = document.getElementById(element.id);
        if (!standing || standing.contains(document.activeElement)) continue;
        standing.replaceWith(element);
        document.dispatchEvent(new CustomEvent("parvis:added", { detail: element }));
      }
    } catch {
      // Off line, or the answer broke off.
    } finally {
      // The version that brought us here may be the last one for long: nobody else would ask.
      if (isAway && place.isConnected) {
        for (const id of asked) stale.add(id);
        clearTimeout(timer);
        timer = setTimeout(fetchRows, AGAIN * (1 + Math.random()));
      }
    }
  }

  const rowOf = (name) => (name?.startsWith("row:") ? document.querySelector(`[data-watch="${CSS.escape(name)}"]`) : null);
}
