// The badge of the inbox, everywhere it stands; on the inbox page the pill, and entries that are gone.
const AGAIN = 1_000; // ms, and as much at random: when the count did not come

export function showInbox(connection) {
  const me = document.documentElement.dataset.person;
  connection.addEventListener("inbox", ({ detail: frame }) => draw(frame.unread));
  connection.addEventListener("version", ({ detail: frame }) => frame.stream === `inbox:${me}` && ask());
  connection.addEventListener("back", ask);

  let timer = 0;

  async function ask() {
    clearTimeout(timer);
    const address = document.querySelector("[data-place='inbox']")?.getAttribute("href");
    if (!address) return;
    try {
      const answer = await fetch(`${address}count/`);
      if (answer.ok) draw((await answer.json()).unread);
      if (answer.status < 500) return;
    } catch {
      // Off line, or the answer broke off.
    }
    // The version that brought us here may be the last one for long: nobody else would ask.
    timer = setTimeout(ask, AGAIN * (1 + Math.random()));
  }

  function draw(unread) {
    let grew = false;
    for (const entry of document.querySelectorAll("[data-place='inbox']")) {
      let badge = entry.querySelector(".count");
      if (!badge && !entry.classList.contains("icon")) {
        badge = document.createElement("span");
        badge.className = "count hot";
        entry.append(badge);
      }
      if (!badge) continue;
      grew ||= unread > Number.parseInt(badge.textContent || "0", 10);
      badge.hidden = unread === 0;
      const heard = badge.querySelector(".vh");
      badge.textContent = unread > 999 ? "999+" : unread;
      if (heard) badge.append(heard);
    }
    if (document.querySelector("[data-inbox]")) compare(grew);
  }

  /** Takes out what its reader may see no more, at once; what is new waits behind the pill. */
  async function compare(grew) {
    const pill = document.querySelector("[data-refresh-inbox]");
    if (grew && pill) pill.hidden = false;
    const answer = await fetch(document.querySelector("[data-inbox]").dataset.inbox, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (!answer?.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const entry of document.querySelectorAll("[data-inbox] article[data-entry]")) {
      if (fresh.getElementById(entry.id)) continue;
      const section = entry.closest("section");
      entry.remove();
      if (section && !section.querySelector("[data-entry]")) section.remove();
    }
    const isNew = [...fresh.querySelectorAll("article[data-entry]")].some((entry) => !document.getElementById(entry.id));
    const shown = document.querySelector("[data-refresh-inbox]");
    if (shown && isNew) shown.hidden = false;
  }
}
