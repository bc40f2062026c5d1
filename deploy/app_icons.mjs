// The pictures and colours by which a device shows Parvis among its apps, made from the mark (static/src/icon.svg), from
// icons of the sprite and from the tokens of the look: nothing here is drawn or coloured by hand.
import { initWasm, Resvg } from "@resvg/resvg-wasm";
import { transform } from "esbuild";
import { readFile } from "node:fs/promises";

const MARK = "static/src/icon.svg";
const TOKENS = "static/src/css/tokens.css";
// What may be cut off a maskable icon lies outside a circle of four fifths of it (w3.org/TR/appmanifest, "safe zone"): the paths are
// drawn smaller by this. Apple rounds the corners itself.
const SAFE = 0.84;
/** Addresses on a long press of the icon (intranet/installed.py), with an icon of the sprite each. */
const SHORTCUTS = { write: "square-pen", inbox: "inbox", search: "search" };

/** One token as `#rrggbb`, for light and for dark. */
export async function colour(token) {
  const found = (await readFile(TOKENS, "utf8")).match(new RegExp(`--${token}:\\s*light-dark\\((oklch\\([^)]*\\)),\\s*(oklch\\([^)]*\\))\\)`));
  if (!found) throw new Error(`${TOKENS} has no --${token} for light and dark.`);
  const said = found.slice(1).map((value) => `a{color:${value}}`);
  const [light, dark] = await Promise.all(said.map(async (css) => inHex((await transform(css, { loader: "css", target: "chrome100", minify: true })).code)));
  return { light, dark };
}

function inHex(css) {
  const [, digits] = css.match(/#([0-9a-f]{3}|[0-9a-f]{6})\b/) ?? [];
  if (!digits) throw new Error(`esbuild wrote no colour as #rrggbb: ${css}`);
  return `#${digits.length === 3 ? [...digits].map((one) => one + one).join("") : digits}`;
}

/** [name, bytes] of every picture. */
export async function appIcons() {
  await initWasm(await readFile("node_modules/@resvg/resvg-wasm/index_bg.wasm"));
  const mark = await readFile(MARK, "utf8");
  const whole = mark.replace(/ rx="[^"]*"/, "");
  const safe = whole.replace("<path ", `<path transform="translate(12 12) scale(${SAFE}) translate(-12 -12)" `);
  if (whole === mark || safe === whole) throw new Error(`${MARK} is drawn otherwise: one <rect rx=…> under one <path …>.`);
  const { light: accent } = await colour("accent-fill");
  const made = [
    ["app-192.png", mark, 192],
    ["app-512.png", mark, 512],
    ["app-maskable-192.png", safe, 192],
    ["app-maskable-512.png", safe, 512],
    ["apple-touch.png", whole, 180],
  ];
  for (const [name, icon] of Object.entries(SHORTCUTS)) {
    const lucide = await readFile(`node_modules/lucide-static/icons/${icon}.svg`, "utf8");
    const lines = lucide.replace(/<!--.*?-->/gs, "").match(/<svg[^>]*>(.*)<\/svg>/s)[1];
    const pen = `fill="none" stroke="${accent}" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"`;
    made.push([`shortcut-${name}.png`, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-4 -4 32 32" ${pen}>${lines}</svg>`, 96]);
  }
  return made.map(([name, svg, size]) => [name, new Resvg(svg, { fitTo: { mode: "width", value: size } }).render().asPng()]);
}
