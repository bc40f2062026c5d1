// @ proposes people from the server (data-mention-url?q=…), who may read what is written here. The answer is HTML:
// <ul><li role="option" data-value="[@Claire Delmas](person:ID)">…</li></ul>.
import { ask, element, whenever, words } from "../core.js";

async function find(address, text) {
  const answer = await ask(`${address}${address.includes("?") ? "&" : "?"}q=${encodeURIComponent(text)}`);
  if (!answer.ok) return { matched: false };
  const inside = document.createElement("div");
  inside.innerHTML = await answer.text();
  const options = [...inside.querySelectorAll("[role=option]")];
  if (!options.length) return { matched: false };
  options.forEach((option, at) => (option.id ||= `mention-${at}`));
  const list = element("ul", { class: "suggest", role: "listbox", "aria-label": words.mentionResults }, ...options);
  return { matched: true, fragment: list };
}

const folded = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** Where to ask: in the composer, with the places, level and readers as they are chosen now. */
function addressOf(expander) {
  const address = expander.dataset.mentionUrl;
  const form = expander.closest("form");
  if (!form?.querySelector("#choices")) return address;
  const chosen = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (name === "spaces") chosen.append("space", value);
    else if (name === "label" || name === "readers") chosen.append(name, value);
  }
  return `${address.split("?")[0]}?${chosen}`;
}

/** Until the answer is here, the list shows only who still matches: Enter must not name somebody typed past. */
function narrow(expander, text) {
  const list = expander.querySelector("[role=listbox].suggest");
  if (!list) return;
  const parts = folded(text).split(/\s+/);
  for (const option of list.querySelectorAll("[role=option]")) {
    if (!parts.every((part) => folded(option.textContent).includes(part))) option.remove();
  }
  // The list forgets what is selected with every letter; its default is what Enter takes nevertheless.
  list.querySelector("[role=option]")?.setAttribute("data-combobox-option-default", "true");
}

// These events do not bubble: each element is listened to.
whenever("text-expander[data-mention-url]", (expander) => {
  let newest = null;
  // Answers overtake each other: whoever waits gets what the letters typed last found, never an older list over it.
  const newestOf = async (asked) => {
    newest = asked;
    for (;;) {
      const waited = newest;
      const found = await waited;
      if (waited === newest) return found;
    }
  };
  expander.addEventListener("text-expander-change", (event) => {
    const { key, text, provide } = event.detail;
    if (key !== "@") return;
    narrow(expander, text);
    provide(newestOf(find(addressOf(expander), text)));
  });
  expander.addEventListener("text-expander-value", (event) => {
    event.detail.value = event.detail.item.dataset.value;
  });
});
