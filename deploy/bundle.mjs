// Builds static/dist from static/src: scripts, styles, fonts, one sprite of the icons in use, the emoji lists, the icons of the app
// and the service worker.
// Every name carries a hash of its content, so browsers keep each file for a year; manifest.json says which name is current.
// Beside each text file lie its .br and .gz, so the server never compresses while somebody waits. Run by `make run` and `make test` whenever a source or the lock file changed; `npm run watch` while working on the look.
import { context, build } from "esbuild";
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { appIcons, colour } from "./app_icons.mjs";

const SOURCE = "static/src";
const TARGET = "static/dist";
const EMOJI_LANGUAGES = ["en", "fr"];
const ENTRIES = ["parvis.js", "parvis.css"];
const WORKER = "worker.js";
// What a device keeps of Parvis: what the offline page is drawn with, and every signed-in page too. Never a page of anybody's.
const SHELL = ["parvis.js", "parvis.css", "sprite.svg", "icon.svg", "fonts/hanken-grotesk-latin-wght-normal.woff2"];
const OFFLINE_PAGE = "templates/offline.html";

async function* filesUnder(folder, endings) {
  if (!existsSync(folder)) return;
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (path === TARGET || ["node_modules", ".venv", ".git", "data-local"].includes(entry.name)) continue;
    if (entry.isDirectory()) yield* filesUnder(path, endings);
    else if (endings.some((ending) => entry.name.endsWith(ending))) yield path;
  }
}

/** Names of the icons that templates ({% icon "house" %}), scripts (icon("house")) and Python (icon="house") draw, and those named in icons.txt (chosen at run time). */
async function iconsInUse() {
  const names = new Set();
  const list = join(SOURCE, "icons.txt");
  if (existsSync(list))
    for (const line of (await readFile(list, "utf8")).split("\n"))
      if (line.trim() && !line.startsWith("#")) names.add(line.trim());
  for await (const path of filesUnder(".", [".html"]))
    for (const found of (await readFile(path, "utf8")).matchAll(/(?:\{%\s*icon\s+|\bicon_name=)["']([a-z0-9-]+)["']/g)) names.add(found[1]);
  for await (const path of filesUnder(SOURCE, [".js"]))
    for (const found of (await readFile(path, "utf8")).matchAll(/\bicon\(["']([a-z0-9-]+)["']/g)) names.add(found[1]);
  for await (const path of filesUnder(".", [".py"]))
    for (const found of (await readFile(path, "utf8")).matchAll(/\bicon(?:_name)?["']?\s*[=:]\s*["']([a-z0-9-]+)["']/g)) names.add(found[1]);
  return [...names].sort();
}

const manifest = {};

/** Writes `text` into the target under a name with its hash, and notes it in the manifest under its plain name. */
async function writeHashed(name, text) {
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 8).toUpperCase();
  const hashed = name.replace(/(\.[a-z]+)$/, `-${hash}$1`);
  manifest[name] = hashed;
  await writeFile(join(TARGET, hashed), text);
}

/** Notes where esbuild put each entry and font, and which chunks an entry needs at once. */
function noteOutputs(outputs) {
  for (const [path, output] of Object.entries(outputs)) {
    const name = relative(TARGET, path);
    if (ENTRIES.includes(basename(output.entryPoint ?? ""))) {
      manifest[basename(output.entryPoint)] = name;
      const needed = output.imports.filter(({ kind }) => kind === "import-statement").map(({ path: chunk }) => relative(TARGET, chunk));
      if (needed.length) manifest[`${basename(output.entryPoint)} needs`] = needed;
    }
    if (name.startsWith("fonts/")) manifest[name.replace(/-[A-Z0-9]{8}\./, ".")] = name;
  }
}

async function compress() {
  for await (const path of filesUnder(TARGET, [".js", ".css", ".svg", ".json"])) {
    if (basename(path) === "manifest.json" || (existsSync(`${path}.br`) && basename(path) !== "sw.js")) continue;
    const text = await readFile(path);
    await writeFile(`${path}.gz`, gzipSync(text, { level: 9 }));
    await writeFile(`${path}.br`, brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
  }
}

/** The service worker under one name that stays (its address does, /sw.js), with the list of what it keeps; another list makes another worker. */
async function writeWorker() {
  const list = [...SHELL.map((name) => manifest[name]), ...(manifest["parvis.js needs"] ?? [])].map((name) => `/static/${name}`);
  const mark = createHash("sha256").update(list.join("\n")).update(await readFile(OFFLINE_PAGE)).digest("hex").slice(0, 8);
  const { outputFiles } = await build({
    ...options,
    entryPoints: [join(SOURCE, WORKER)],
    format: "iife",
    splitting: false,
    metafile: false,
    plugins: [],
    write: false,
    define: { SHELL: JSON.stringify(list), BUILD: JSON.stringify(mark) },
  });
  await writeFile(join(TARGET, "sw.js"), outputFiles[0].contents);
}

/** What a device shows of Parvis among its apps: pictures, and the colours round the page. */
async function writeAppIcons() {
  for (const [name, picture] of await appIcons()) await writeHashed(name, picture);
  manifest.colours = { surface: await colour("surface"), canvas: await colour("canvas") };
}

async function writeSprite() {
  const symbols = [];
  manifest.icons = await iconsInUse();
  for (const name of manifest.icons) {
    const file = `node_modules/lucide-static/icons/${name}.svg`;
    if (!existsSync(file)) throw new Error(`There is no icon "${name}" in lucide: look the name up in node_modules/lucide-static/icons.`);
    const drawing = (await readFile(file, "utf8")).replace(/<!--.*?-->/gs, "").match(/<svg[^>]*>(.*)<\/svg>/s)[1];
    symbols.push(`<symbol id="i-${name}" viewBox="0 0 24 24">${drawing.replace(/\s+/g, " ").trim()}</symbol>`);
  }
  await writeHashed("sprite.svg", `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`);
  return symbols.length;
}

async function copyEmoji() {
  await mkdir(join(TARGET, "emoji"), { recursive: true });
  for (const language of EMOJI_LANGUAGES)
    await writeHashed(`emoji/${language}.json`, await readFile(`node_modules/emoji-picker-element-data/${language}/cldr/data.json`));
}

/** emoji-picker-element writes inline styles, which our content security policy forbids: the same through the CSSOM. */
const emojiWithoutInlineStyle = {
  name: "emoji-without-inline-style",
  setup(made) {
    made.onLoad({ filter: /emoji-picker-element\/picker\.js$/ }, async ({ path }) => {
      let contents = await readFile(path, "utf8");
      const swaps = [
        ["const style = document.createElement('style');", "const style = new CSSStyleSheet();"],
        ["style.textContent = baseStyles + EXTRA_STYLES;", "style.replaceSync(baseStyles + EXTRA_STYLES);"],
        ["this.shadowRoot.appendChild(style);", "this.shadowRoot.adoptedStyleSheets = [style];"],
        ["targetNode.setAttribute(attributeName, newValue);", "if (attributeName === 'style') targetNode.style.cssText = newValue; else targetNode.setAttribute(attributeName, newValue);"],
      ];
      for (const [theirs, ours] of swaps) {
        if (!contents.includes(theirs)) throw new Error(`emoji-picker-element changed: "${theirs}" is no longer in it.`);
        contents = contents.replace(theirs, ours);
      }
      return { contents, loader: "js" };
    });
  },
};

/** htmx's own minified file is a sixth smaller than what esbuild makes of its module; it only lacks the export. */
const htmxAsPublished = {
  name: "htmx-as-published",
  setup(made) {
    made.onLoad({ filter: /htmx\.esm\.js$/ }, async ({ path }) => ({
      contents: `${await readFile(path.replace("htmx.esm.js", "htmx.min.js"), "utf8")}\nexport default htmx;`,
      loader: "js",
    }));
  },
};

const entryPoints = ENTRIES.map((name) => join(SOURCE, name)).filter((path) => existsSync(path));
const options = {
  entryPoints,
  outdir: TARGET,
  bundle: true,
  minify: true,
  splitting: true,
  format: "esm",
  target: ["chrome111", "firefox115", "safari16.4"],
  entryNames: "[name]-[hash]",
  chunkNames: "chunks/[name]-[hash]",
  assetNames: "fonts/[name]-[hash]",
  metafile: true,
  loader: { ".woff2": "file", ".svg": "file" },
  external: ["/static/*"],
  logLevel: "warning",
  legalComments: "linked",
  plugins: [emojiWithoutInlineStyle, htmxAsPublished],
};

// An open page asks for the parts of its own build for as long as it stays open: older builds go after a month, not at once.
for await (const path of filesUnder(TARGET, [""])) if ((await stat(path)).mtimeMs < Date.now() - 30 * 86_400_000) await rm(path);
await mkdir(TARGET, { recursive: true });
await writeHashed("icon.svg", await readFile(join(SOURCE, "icon.svg")));
const icons = await writeSprite();
await copyEmoji();
await writeAppIcons();
if (process.argv.includes("--watch")) {
  const noting = { name: "noting", setup: (made) => made.onEnd(async (result) => {
    if (result.metafile) noteOutputs(result.metafile.outputs);
    await writeFile(join(TARGET, "manifest.json"), JSON.stringify(manifest, null, 1));
    await writeWorker();
  }) };
  await (await context({ ...options, plugins: [...options.plugins, noting] })).watch();
  console.log(`Watching ${SOURCE}; ${icons} icons.`);
} else {
  if (entryPoints.length) noteOutputs((await build(options)).metafile.outputs);
  await writeFile(join(TARGET, "manifest.json"), JSON.stringify(manifest, null, 1));
  await writeWorker();
  await compress();
  console.log(`Built ${TARGET}: ${entryPoints.length} entries, ${icons} icons.`);
}
