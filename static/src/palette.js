// The command palette: recent places, places of the frame, then results from the server as one types.
// The server answers data-suggest?q=… with groups: <div role="group" aria-label="People"><div class="sec">People</div>
// <a role="option" href="…">…</a></div>; only what the viewer may read. Offline, places still work.
import { ask, element, fill, icon, recent, words } from "./core.js";

const suggest = document.documentElement.dataset.suggest;
let dialog = null;

const option = (url, text, name) =>
  element("a", { role: "option", tabindex: "-1", href: url }, icon(name), element("span", { class: "n", dir: "auto" }, text));

function group(title, options) {
  if (!options.length) return null;
  return element("div", { role: "group", "aria-label": title }, element("div", { class: "sec" }, title), ...options);
}

/** Links of the side bar whose text holds the words typed. */
function places(query) {
  const folded = fold(query);
  const links = [...document.querySelectorAll(".side .nav ul a[href]")];
  return links
    .map((link) => {
      const name = link.querySelector("span");
      const text = [...(name?.childNodes ?? [])].filter((node) => node.nodeType === 3).map((node) => node.data).join("").trim();
      const drawing = link.querySelector("use")?.getAttribute("href")?.split("#i-")[1] ?? "arrow-right";
      return { url: link.getAttribute("href"), text, drawing };
    })
    .filter(({ text }) => text && fold(text).includes(folded))
    .slice(0, query ? 5 : 8)
    .map(({ url, text, drawing }) => option(url, text, drawing));
}

const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

export function open() {
  if (dialog) return;
  const opener = document.activeElement;
  const input = element("input", {
    id: "palette-query", role: "combobox", "aria-expanded": "true", "aria-controls": "palette-list", "aria-autocomplete": "list",
    autocomplete: "off", autocapitalize: "none", spellcheck: "false", maxlength: "256", type: "text",
  });
  const list = element("div", { class: "list", id: "palette-list", role: "listbox", "aria-label": words.paletteResults });
  const kbd = (...keys) => keys.flatMap((key) => [element("kbd", {}, key), " "]);
  dialog = element(
    "dialog", { class: "palette", "aria-label": words.palette },
    element("div", { class: "q" }, icon("search", "lg"), element("label", { class: "vh", for: "palette-query" }, words.palette), input, element("kbd", {}, "Esc")),
    list,
    element(
      "footer", {},
      element("span", {}, ...kbd("↑", "↓"), words.paletteMove), element("span", {}, ...kbd("Enter"), words.paletteOpen),
      element("span", {}, ...kbd("Ctrl", "Enter"), words.paletteNewTab),
      element("span", {}, `${words.paletteTry} `, ...kbd("from:", "in:", "kind:", "topic:")),
    ),
  );

  const options = () => [...list.querySelectorAll("[role=option]")];
  let at = 0;
  const mark = (index) => {
    const all = options();
    at = all.length ? (index + all.length) % all.length : 0;
    all.forEach((one, position) => {
      one.id ||= `palette-option-${position}`;
      one.tabIndex = -1;
      one.setAttribute("aria-selected", String(position === at));
    });
    if (all[at]) {
      input.setAttribute("aria-activedescendant", all[at].id);
      all[at].scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  };

  const { search, scope } = document.querySelector("a.jump").dataset;
  const searchAddress = (query) => `${search}?q=${encodeURIComponent(query)}`;
  const draw = (query, found) => {
    const rows = [];
    if (!query) {
      rows.push(group(words.paletteRecent, recent().slice(0, 6).map(({ url, text }) => option(url, text, "history"))));
      rows.push(group(words.palettePlaces, places("")));
    } else {
      if (found) rows.push(...found);
      rows.push(group(words.palettePlaces, places(query)));
      if (search) {
        const everything = option(searchAddress(query), fill(words.paletteSearch, { query }), "search");
        const here = scope && option(searchAddress(`in:"${scope.replaceAll('"', "")}" ${query}`), fill(words.paletteScope, { query, place: scope }), "search");
        rows.push(group(words.paletteDo, [here, everything].filter(Boolean)));
      }
    }
    list.replaceChildren(...rows.filter(Boolean));
    list.querySelectorAll("[id^=palette-option-]").forEach((one) => one.removeAttribute("id"));
    mark(0);
  };

  let asked = 0;
  let timer = 0;
  let last = null;
  const look = async (query) => {
    const mine = ++asked;
    try {
      const answer = await ask(`${suggest}?q=${encodeURIComponent(query)}`);
      if (mine !== asked) return;
      if (!answer.ok) throw new Error(String(answer.status));
      const inside = document.createElement("div");
      inside.innerHTML = await answer.text();
      last = [...inside.children];
      draw(query, last);
    } catch {
      if (mine !== asked) return;
      draw(query, [element("p", { class: "sec", role: "status" }, words.paletteOffline)]);
    }
  };
  input.addEventListener("input", () => {
    const query = input.value.trim();
    clearTimeout(timer);
    asked += 1;
    // The old list stays until the new one is there.
    draw(query, query ? last : null);
    if (query && suggest) timer = setTimeout(() => look(query), 120);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      mark(at + (event.key === "ArrowDown" ? 1 : -1));
      event.preventDefault();
    } else if (event.key === "Enter") {
      const chosen = options()[at];
      event.preventDefault();
      if (!chosen) return;
      if (event.ctrlKey || event.metaKey) window.open(chosen.href, "_blank", "noopener");
      else location.assign(chosen.href);
    }
  });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => {
    dialog.remove();
    dialog = null;
    opener?.focus?.();
  });
  draw("", null);
  document.body.append(dialog);
  dialog.showModal();
  input.focus();
}
