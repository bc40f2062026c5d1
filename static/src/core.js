// What pages need at once, as one file: the parts fetched later (editor, palette, pictures) import from here and from nowhere else,
// or the bundler would cut the first page's script into many small files.
import "./times.js";
import "./menus.js";
import "./dialogs.js";
import "./switches.js";
import "./small.js";
import "./drafts.js";
import "./submit.js";
import "./send.js";
import "./thread.js";
import "./compose.js";
import "./keys.js";
import "./live/index.js";
import "./installed.js";

export { announce } from "./announcer.js";
export { htmx } from "./htmx.js";
export { openAddress } from "./dialogs.js";
export { go, keysOf, openPalette, ROWS } from "./keys.js";
export { failure } from "./notices.js";
export { ask, element, icon, token, whenever } from "./page.js";
export { recent } from "./recent.js";
export { fill, plural, words } from "./words.js";
