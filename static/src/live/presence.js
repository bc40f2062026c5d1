// Who has this thread open, and who is writing in it.

import { words, fill, plural } from "../words.js";

const TYPING_LASTS = 6000;
const SAY_EVERY = 2500;

export function showPresence(connection) {
  const me = document.documentElement.dataset.person;
  connection.addEventListener("here", ({ detail: frame }) => {
    const others = frame.people.filter((person) => person.id !== me);
    const block = document.querySelector(`[data-here="${CSS.escape(frame.stream)}"]`);
    if (block) {
      block.hidden = others.length === 0;
      block.querySelector("[data-here-names]").textContent = listOf(others.map((person) => person.name));
    }
    const present = new Set(frame.people.map((person) => person.id));
    for (const avatar of document.querySelectorAll(".av[data-person]:not(.top .av)")) {
      avatar.classList.toggle("here", present.has(avatar.dataset.person));
    }
  });
  showOneself(connection);
  showTyping(connection, me);
}

/** The dot at one's own face in the top bar: the others see one here. It goes while the connection is lost. */
function showOneself(connection) {
  const show = (isHere) => document.querySelector(".top .av[data-person]")?.classList.toggle("here", isHere);
  connection.addEventListener("watching", () => show(true));
  connection.addEventListener("lost", () => show(false));
}

function showTyping(connection, me) {
  const writing = new Map();
  const line = document.querySelector("[data-typing]");
  if (!line) return;
  const draw = () => {
    const names = [...writing.values()].map((person) => person.name);
    line.hidden = names.length === 0;
    const text = names.length > 2
      ? fill(words.manyWriting, { n: names.length })
      : names.length === 2
        ? fill(words.twoWriting, { first: names[0], second: names[1] })
        : names.length === 1 ? fill(words.oneWriting, { name: names[0] }) : "";
    line.querySelector("[data-typing-names]").textContent = text;
  };
  connection.addEventListener("typing", ({ detail: frame }) => {
    if (frame.stream !== line.dataset.typing || frame.person.id === me) return;
    clearTimeout(writing.get(frame.person.id)?.timer);
    const timer = setTimeout(() => {
      writing.delete(frame.person.id);
      draw();
    }, TYPING_LASTS);
    writing.set(frame.person.id, { ...frame.person, timer });
    draw();
  });
  connection.addEventListener("post", ({ detail: frame }) => {
    clearTimeout(writing.get(frame.by?.id)?.timer);
    if (writing.delete(frame.by?.id)) draw();
  });
  let saidAt = 0;
  document.addEventListener("input", (event) => {
    if (!event.target.closest?.("[data-says-typing]") || Date.now() - saidAt < SAY_EVERY) return;
    saidAt = Date.now();
    connection.say({ type: "typing", stream: line.dataset.typing });
  });
}

function listOf(names) {
  const shown = names.slice(0, 4);
  const rest = names.length - shown.length;
  const list = new Intl.ListFormat(document.documentElement.lang).format(shown);
  return rest > 0 ? plural(words.andMore, rest, { names: list }) : list;
}
