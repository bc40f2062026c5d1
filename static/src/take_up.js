// The composer takes up what another app shared: the words go into its fields, the pictures the way every picture goes.
import { announce, words } from "./core.js";
import { remove, waiting } from "./shared.js";

export async function takeUp(form) {
  const things = await waiting().catch(() => []);
  const gone = document.querySelector("[data-shared-gone]");
  if (gone && !things.length) gone.hidden = false;
  if (!things.length) return;
  for (const { number, picture, ...said } of things) {
    if (picture) sendPicture(form, picture, number);
    else {
      write(form, said);
      remove(number);
    }
  }
  form.elements.namedItem("body").focus();
  // A reload finds the words among the drafts, and has nothing left to look for.
  history.replaceState(null, "", location.pathname);
  announce(words.sharedTaken);
}

/** A title that has room stands in its field; the rest goes below what is already written. */
function write(form, { title, text, url }) {
  const [heading, body] = ["title", "body"].map((name) => form.elements.namedItem(name));
  const line = title.replace(/\s+/g, " ");
  const isHeading = line && !heading.value.trim() && line.length <= heading.maxLength;
  const parts = [isHeading ? "" : line, text, text.includes(url) ? "" : url];
  if (isHeading) set(heading, line);
  set(body, [body.value.trimEnd(), ...parts].filter(Boolean).join("\n\n"));
}

function set(field, value) {
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

/** Until the server has answered, the picture stays where it is: a page that breaks off loses nothing. */
async function sendPicture(form, picture, number) {
  await import("./editor/pictures.js");
  const body = form.elements.namedItem("body");
  // On a line of its own, or an address above it would go on into the picture.
  if (/[^\n]$/.test(body.value)) set(body, `${body.value}\n\n`);
  const drop = form.querySelector("picture-drop");
  drop.addEventListener("picture:settled", (event) => event.detail === picture && remove(number));
  drop.sendOne(picture);
}
