// The hints of keys on a page say the keys one has given; <kbd data-as-is> says what it says.
import { keysOf, whenever } from "./core.js";

/** Whether a shortcut may go by `keys`. */
const isFirst = (keys) => /^([a-zX/?[\]]|g [a-z])$/.test(keys);

whenever("kbd:not([data-as-is], .keylist kbd)", (hint) => {
  const first = hint.textContent.trim();
  if (!isFirst(first)) return;
  const keys = keysOf(first);
  hint.textContent = keys;
  hint.hidden = !keys;
  const line = hint.closest("p.keys > span");
  if (line) line.hidden = [...line.querySelectorAll("kbd")].every((one) => one.hidden);
});

whenever("[aria-keyshortcuts]", (target) => {
  const first = target.getAttribute("aria-keyshortcuts");
  if (!isFirst(first)) return;
  const keys = keysOf(first);
  if (keys) target.setAttribute("aria-keyshortcuts", keys);
  else target.removeAttribute("aria-keyshortcuts");
});
