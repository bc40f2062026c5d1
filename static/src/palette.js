// The command palette: what was opened last, places of the frame, and what the server finds as one types.
// The server answers data-suggest?q=… with sections of options (templates/search/_suggestions.html), only of what the viewer
// may know of at that moment; here the places of the side bar join them, and what can be done on this page.
import { ask, element, fill, icon, keysOf, plural, recent, words } from "./core.js";

const suggest = document.documentElement.dataset.suggest;
const PAUSE = 120; // ms between two questions while one types
const PATIENCE = 400; // ms for which Enter waits for what was asked
const SAID = 600; // ms after the last change, the number of results is said
const SHOWN = { places: 5, all: 8, here: 4 };
const TITLES = { recent: words.paletteRecent, jump: words.paletteJump, people: words.palettePeople, places: words.palettePlaces, do: words.paletteDo };

let dialog = null;

const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replaceAll("’", "'");
const wordsOf = (text) => fold(text).split(/[^\p{L}\p{N}']+/u).filter(Boolean);
const matches = (text, query) => {
  const inside = wordsOf(text);
  return wordsOf(query).every((asked) => inside.some((word) => word.startsWith(asked)));
};

/** `text` with the words that begin as a word of `query` does in marks. */
function marked(text, query) {
  const asked = wordsOf(query);
  const parts = text.split(/([\p{L}\p{M}\p{N}'’]+)/u);
  return parts.map((part) => (asked.some((word) => fold(part).startsWith(word)) ? element("mark", {}, part) : part));
}

function option({ url, text, drawing, query = "", keys = "", act = null }) {
  const made = element(
    url ? "a" : "div", { role: "option", href: url },
    icon(drawing), element("span", { class: "n", dir: "auto" }, ...marked(text, query)),
    keys ? element("span", { class: "end" }, element("kbd", { "data-as-is": true }, keys)) : null,
  );
  made.act = act;
  return made;
}

/** Links of the side bar that hold the words typed. */
function places(query) {
  const links = [...document.querySelectorAll(".side .nav ul a[href]")];
  return links
    .map((link) => {
      const name = link.querySelector("span");
      const text = [...(name?.childNodes ?? [])].filter((node) => node.nodeType === 3).map((node) => node.data).join("").trim();
      const drawing = link.querySelector("use")?.getAttribute("href")?.split("#i-")[1] ?? "arrow-right";
      return { url: link.getAttribute("href"), text, drawing, query, keys: keysTo(link.dataset.place) };
    })
    .filter(({ text }) => text && matches(text, query))
    .slice(0, query ? SHOWN.places : SHOWN.all)
    .map(option);
}

const keysTo = (place) => ({ home: keysOf("g h"), inbox: keysOf("g i"), people: keysOf("g p"), groups: keysOf("g g"), saved: keysOf("g s") })[place] ?? "";

/** What has a key on this page and belongs to no single row or post. */
function here(query) {
  const found = new Map();
  for (const target of document.querySelectorAll("#main [data-key], .aside [data-key]")) {
    const { key } = target.dataset;
    const text = (target.getAttribute("aria-label") ?? target.textContent).trim();
    if (found.has(key) || !target.getClientRects().length || target.closest(".row, .lines > li, .item, .hit, article.post")) continue;
    const drawing = target.querySelector("use")?.getAttribute("href")?.split("#i-")[1] ?? "arrow-right";
    if (text && matches(text, query)) found.set(key, option({ text, drawing, query, keys: keysOf(key), act: () => target.click() }));
  }
  return [...found.values()].slice(0, SHOWN.here);
}

/** What is done with the words themselves. */
function withWords(query) {
  const { search, scope } = document.querySelector("a.jump").dataset;
  const write = document.querySelector("a[data-key=c]")?.getAttribute("href");
  const address = (text) => `${search}?q=${encodeURIComponent(text)}`;
  return [
    write && option({ url: `${write}?kind=question&title=${encodeURIComponent(query)}`, text: fill(words.paletteAsk, { query }), drawing: "square-pen" }),
    search && scope && option({ url: address(`in:"${scope.replaceAll('"', "")}" ${query}`), text: fill(words.paletteScope, { query, place: scope }), drawing: "search" }),
    search && option({ url: address(query), text: fill(words.paletteSearch, { query }), drawing: "search" }),
  ].filter(Boolean);
}

/** The sections of an answer: name → its options. */
function sectionsOf(html) {
  const inside = document.createElement("div");
  inside.innerHTML = html;
  return Object.fromEntries([...inside.querySelectorAll("[data-section]")].map((section) => [section.dataset.section, [...section.querySelectorAll("[role=option]")]]));
}

const addressOf = (one) => one.getAttribute("href");

/** Options of `own` and `found`; what both have is as the server shows it. */
function joined(own, found = []) {
  const known = new Set(found.map(addressOf));
  return [...own.filter((one) => !known.has(addressOf(one)) || !addressOf(one)), ...found];
}

export function open() {
  if (dialog) return dialog.close();
  const opener = document.activeElement;
  const input = element("input", {
    id: "palette-query", role: "combobox", "aria-expanded": "true", "aria-controls": "palette-list", "aria-autocomplete": "list",
    autocomplete: "off", autocapitalize: "none", spellcheck: "false", maxlength: "256", type: "text", dir: "auto", enterkeyhint: "go",
  });
  const list = element("div", { class: "list", id: "palette-list", role: "listbox", "aria-label": words.paletteResults });
  const said = element("div", { class: "vh", role: "status" });
  const note = element("p", { class: "sec note", hidden: true });
  const close = element("button", { type: "button", class: "esc" }, element("kbd", {}, "Esc"), element("span", { class: "vh" }, ` ${words.close}`));
  const kbd = (...keys) => keys.flatMap((key) => [element("kbd", {}, key), " "]);
  dialog = element(
    "dialog", { class: "palette", "aria-label": words.palette },
    element("div", { class: "q" }, icon("search", "lg"), element("label", { class: "vh", for: "palette-query" }, words.palette), input, close),
    note, list, said,
    element(
      "footer", {},
      element("span", {}, ...kbd("↑", "↓"), words.paletteMove), element("span", {}, ...kbd("Enter"), words.paletteOpen),
      element("span", {}, ...kbd("Ctrl", "Enter"), words.paletteNewTab),
      element("span", {}, `${words.paletteTry} `, ...kbd(...words.paletteOperators.split(" "))),
    ),
  );

  const options = () => [...list.querySelectorAll("[role=option]")];
  let at = 0;
  let hasMoved = false;
  const mark = (index) => {
    const all = options();
    at = all.length ? (index + all.length) % all.length : 0;
    all.forEach((one, position) => one.setAttribute("aria-selected", String(position === at)));
    if (all[at]) {
      input.setAttribute("aria-activedescendant", all[at].id);
      all[at].scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  };

  let found = null; // sections of the last answer; null when there was none
  let isOff = false;
  let saying = 0;
  const draw = (query) => {
    const chosen = hasMoved && options()[at] && addressOf(options()[at]);
    const theirs = found ?? {};
    const sections = query
      ? { jump: joined(places(query), theirs.jump), people: theirs.people ?? [], do: [...joined(here(query), theirs.do), ...withWords(query)] }
      : { recent: theirs.recent ?? [], places: places(""), do: joined(here(""), theirs.do) };
    const rows = Object.entries(sections)
      .filter(([, inside]) => inside.length)
      .map(([name, inside]) => element("div", { role: "group", "aria-labelledby": `palette-${name}` }, element("div", { class: "sec", id: `palette-${name}` }, TITLES[name]), ...inside));
    list.replaceChildren(...rows);
    options().forEach((one, position) => {
      one.id = `palette-option-${position}`;
      one.tabIndex = -1;
    });
    const same = chosen ? options().findIndex((one) => addressOf(one) === chosen) : -1;
    mark(Math.max(0, same));
    const number = query ? options().length - withWords(query).length : 0;
    note.textContent = isOff ? words.paletteOffline : query && found && !number ? words.paletteNothing : "";
    note.hidden = !note.textContent;
    clearTimeout(saying);
    saying = setTimeout(() => (said.textContent = note.textContent || (query ? plural(words.paletteFound, number) : "")), SAID);
  };

  let asked = 0;
  let timer = 0;
  let last = 0;
  let stop = null;
  let answer = Promise.resolve();
  const look = async (query) => {
    const mine = ++asked;
    last = performance.now();
    stop?.abort();
    stop = new AbortController();
    const address = new URLSearchParams(query ? { q: query } : recent().map((path) => ["visited", path]));
    try {
      const response = await ask(`${suggest}?${address}`, { signal: stop.signal });
      if (mine !== asked) return;
      // Too many questions in a minute: what is listed stays.
      if (response.status === 429) return;
      if (!response.ok) throw new Error(String(response.status));
      found = sectionsOf(await response.text());
      isOff = false;
    } catch {
      if (mine !== asked) return;
      found = null;
      isOff = true;
    }
    if (mine === asked && dialog) draw(query);
  };
  const lookSoon = (query) => {
    clearTimeout(timer);
    if (!suggest) return;
    const wait = Math.max(0, last + PAUSE - performance.now());
    answer = new Promise((done) => (timer = setTimeout(() => look(query).then(done), wait)));
  };

  const go = (chosen, isElsewhere) => {
    if (!chosen) return;
    if (isElsewhere && chosen.href) return window.open(chosen.href, "_blank", "noopener");
    dialog.close();
    if (chosen.act) chosen.act();
    else location.assign(chosen.href);
  };
  input.addEventListener("input", () => {
    const query = input.value.trim();
    asked += 1;
    hasMoved = false;
    // The old list stays until the new one is there; that of no words is another list.
    if (!query || !input.dataset.had) found = null;
    input.dataset.had = query;
    draw(query);
    lookSoon(query);
  });
  input.addEventListener("keydown", async (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      hasMoved = true;
      mark(at + (event.key === "ArrowDown" ? 1 : -1));
      event.preventDefault();
    } else if (event.key === "Enter") {
      event.preventDefault();
      // What stands first may still belong to fewer letters: Enter means what was typed.
      if (!hasMoved) await Promise.race([answer, new Promise((done) => setTimeout(done, PATIENCE))]);
      if (dialog) go(options()[at], event.ctrlKey || event.metaKey);
    }
  });
  list.addEventListener("click", (event) => {
    const chosen = event.target.closest("[role=option]");
    if (!chosen || event.button || event.shiftKey || ((event.ctrlKey || event.metaKey) && chosen.href)) return;
    event.preventDefault();
    go(chosen, false);
  });
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  const leave = () => dialog?.close();
  addEventListener("pagehide", leave);
  dialog.addEventListener("close", () => {
    removeEventListener("pagehide", leave);
    stop?.abort();
    asked += 1;
    clearTimeout(timer);
    clearTimeout(saying);
    dialog.remove();
    dialog = null;
    opener?.focus?.();
  });
  document.body.append(dialog);
  draw("");
  dialog.showModal();
  input.focus();
  lookSoon("");
}
