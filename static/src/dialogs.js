// Dialogs: the rest of the page is inert, the focus goes in and comes back. What a dialog shows is also a page of its own.
import { ask, element, icon } from "./page.js";
import { words } from "./words.js";

/** Opens a dialog titled `title` around `content`; returns it. */
export function openDialog(title, content) {
  const close = element("button", { type: "button", class: "btn quiet icon", "aria-label": words.close }, icon("x"));
  const dialog = element(
    "dialog", { class: "box", "aria-label": title },
    element("header", {}, element("h2", {}, title), close),
    element("div", {}, content),
  );
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-close]")) {
      event.preventDefault();
      dialog.close();
    }
  });
  const opener = document.activeElement;
  dialog.addEventListener("close", () => {
    dialog.remove();
    opener?.focus?.();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** Opens what stands at `address` as a dialog; the address is followed when that fails. */
export async function openAddress(address, title) {
  try {
    const answer = await ask(address);
    if (!answer.ok) throw new Error(String(answer.status));
    const inside = document.createElement("div");
    inside.innerHTML = await answer.text();
    openDialog(title, inside);
  } catch {
    location.assign(address);
  }
}

document.addEventListener("click", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  const opener = event.target.closest("a[data-open=keys], a[data-dialog]");
  if (!opener) return;
  event.preventDefault();
  openAddress(opener.href, opener.dataset.dialog || opener.textContent.replace(/^\s*\?\s*/, "").trim());
});
