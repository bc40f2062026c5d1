// Builds static/dist from static/src: scripts, styles, fonts, one sprite of the icons in use, and the emoji lists.
// Run by `make run` and `make test` whenever a source or the lock file changed; `npm run watch` while working on the look.
import { context, build } from "esbuild";
import { cp, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";

const SOURCE = "static/src";
const TARGET = "static/dist";
const EMOJI_LANGUAGES = ["en", "fr"];
const ENTRIES = ["parvis.js", "parvis.css"];

async function* filesUnder(folder, endings) {
  if (!existsSync(folder)) return;
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (["node_modules", ".venv", ".git", "dist", "data-local"].includes(entry.name)) continue;
    if (entry.isDirectory()) yield* filesUnder(path, endings);
    else if (endings.some((ending) => entry.name.endsWith(ending))) yield path;
  }
}

/** Names of the icons that templates ({% icon "house" %}) and scripts (icon("house")) draw, and those named in icons.txt (chosen at run time). */
async function iconsInUse() {
  const names = new Set();
  const list = join(SOURCE, "icons.txt");
  if (existsSync(list))
    for (const line of (await readFile(list, "utf8")).split("\n"))
      if (line.trim() && !line.startsWith("#")) names.add(line.trim());
  for await (const path of filesUnder(".", [".html"]))
    for (const found of (await readFile(path, "utf8")).matchAll(/\{%\s*icon\s+["']([a-z0-9-]+)["']/g)) names.add(found[1]);
  for await (const path of filesUnder(SOURCE, [".js"]))
    for (const found of (await readFile(path, "utf8")).matchAll(/\bicon\(["']([a-z0-9-]+)["']/g)) names.add(found[1]);
  return [...names].sort();
}

async function writeSprite() {
  const symbols = [];
  for (const name of await iconsInUse()) {
    const file = `node_modules/lucide-static/icons/${name}.svg`;
    if (!existsSync(file)) throw new Error(`There is no icon "${name}" in lucide: look the name up in node_modules/lucide-static/icons.`);
    const drawing = (await readFile(file, "utf8")).replace(/<!--.*?-->/gs, "").match(/<svg[^>]*>(.*)<\/svg>/s)[1];
    symbols.push(`<symbol id="i-${name}" viewBox="0 0 24 24">${drawing.replace(/\s+/g, " ").trim()}</symbol>`);
  }
  await writeFile(join(TARGET, "sprite.svg"), `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`);
  return symbols.length;
}

async function copyEmoji() {
  await mkdir(join(TARGET, "emoji"), { recursive: true });
  for (const language of EMOJI_LANGUAGES)
    await cp(`node_modules/emoji-picker-element-data/${language}/cldr/data.json`, join(TARGET, "emoji", `${language}.json`));
}

const entryPoints = ENTRIES.map((name) => join(SOURCE, name)).filter((path) => existsSync(path));
const options = {
  entryPoints,
  outdir: TARGET,
  bundle: true,
  minify: true,
  splitting: true,
  format: "esm",
  target: ["chrome111", "firefox115", "safari16.4"],
  entryNames: "[name]",
  chunkNames: "chunks/[name]-[hash]",
  assetNames: "fonts/[name]",
  loader: { ".woff2": "file", ".svg": "file" },
  external: ["/static/*"],
  logLevel: "warning",
  legalComments: "linked",
};

await rm(TARGET, { recursive: true, force: true });
await mkdir(TARGET, { recursive: true });
const icons = await writeSprite();
await copyEmoji();
if (process.argv.includes("--watch")) {
  await (await context(options)).watch();
  console.log(`Watching ${SOURCE}; ${icons} icons.`);
} else {
  if (entryPoints.length) await build(options);
  console.log(`Built ${TARGET}: ${entryPoints.length} entries, ${icons} icons.`);
}
