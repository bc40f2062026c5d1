// Menus are <details>: they open without script. The script closes them, and gives the focus back.
const open = () => [...document.querySelectorAll("details[data-menu][open]")];

document.addEventListener("click", (event) => {
  for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
});

document.addEventListener("toggle", (event) => {
  if (event.target.matches?.("details[data-menu][open]"))
    for (const menu of open()) if (menu !== event.target && !menu.contains(event.target)) menu.open = false;
}, { capture: true });

/** Closes the innermost open menu; true when there was one. */
export function closeMenu() {
  const menu = open().at(-1);
  if (!menu) return false;
  menu.open = false;
  menu.querySelector("summary")?.focus();
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const menu = event.target.closest?.("details[data-menu][open]");
  if (!menu || event.target.matches("input, textarea, select")) return;
  const stops = [menu.querySelector("summary"), ...menu.querySelectorAll("a[href], button:not([disabled])")];
  const at = stops.indexOf(document.activeElement);
  stops[(at + (event.key === "ArrowDown" ? 1 : stops.length - 1)) % stops.length]?.focus();
  event.preventDefault();
});
