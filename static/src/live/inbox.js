// The badge of the inbox, everywhere it stands, and the pill of the inbox page.
export function showInbox(connection) {
  const me = document.documentElement.dataset.person;
  connection.addEventListener("inbox", ({ detail: frame }) => draw(frame.unread));
  connection.addEventListener("version", ({ detail: frame }) => frame.stream === `inbox:${me}` && ask());
  connection.addEventListener("back", ask);

  async function ask() {
    const address = document.querySelector("[data-place='inbox']")?.getAttribute("href");
    if (!address) return;
    try {
      const answer = await fetch(`${address}count/`);
      if (answer.ok) draw((await answer.json()).unread);
    } catch {
      // Off line: the next connection asks again.
    }
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
    const pill = document.querySelector("[data-refresh-inbox]");
    if (pill && grew) pill.hidden = false;
  }
}
