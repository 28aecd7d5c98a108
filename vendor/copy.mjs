// Copies the browser files named in package.json from node_modules to static/vendor and builds the icon sprite.
// Run after `npm ci`; the results are committed and checked by tests/house/test_vendor.py, so nobody else needs Node.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const shelf = join(here, "..", "static", "vendor");
const icons = join(here, "..", "static", "icons");
const { devDependencies: versions } = JSON.parse(readFileSync(join(here, "package.json"), "utf8"));
const source = (...parts) => readFileSync(join(here, "node_modules", ...parts), "utf8");
const sha256 = (text) => createHash("sha256").update(text).digest("hex");

const ICONS = [
  "arrow-right", "bell", "box-arrow-in-right", "box-arrow-right", "building", "check-circle", "chevron-down",
  "chevron-left", "chevron-right", "circle", "clock", "clock-history", "copy", "diagram-3", "download",
  "exclamation-triangle", "eye", "file-earmark-text", "funnel", "hourglass-split", "house", "inbox", "info-circle",
  "key", "list", "lock", "pause-circle", "pencil", "person", "plus-circle", "printer", "question-circle", "search",
  "upload", "x-circle",
];

/** One `<symbol>` per icon; fill comes from the text colour around it. */
function sprite() {
  const symbols = ICONS.map((name) => {
    const svg = source("bootstrap-icons", "icons", `${name}.svg`);
    const inner = svg.slice(svg.indexOf(">") + 1, svg.lastIndexOf("</svg>")).replace(/\s*\n\s*/g, "");
    return `<symbol id="${name}" viewBox="0 0 16 16">${inner}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" fill="currentColor">\n${symbols.join("\n")}\n</svg>\n`;
}

// The source map is not shipped, and a manifest storage refuses a reference to a file that is not there.
const css = source("bootstrap", "dist", "css", "bootstrap.min.css").replace(/\n?\/\*# sourceMappingURL=.*?\*\/\s*$/, "\n");
const bootstrap = `bootstrap-${versions.bootstrap}`;
const files = {
  [`vendor/${bootstrap}/bootstrap.min.css`]: css,
  [`vendor/${bootstrap}/LICENSE`]: source("bootstrap", "LICENSE"),
  "icons/sprite.svg": sprite(),
  "icons/LICENSE": source("bootstrap-icons", "LICENSE"),
};

rmSync(shelf, { recursive: true, force: true });
mkdirSync(join(shelf, bootstrap), { recursive: true });
mkdirSync(icons, { recursive: true });
for (const [path, text] of Object.entries(files)) writeFileSync(join(shelf, "..", path), text);
const hashes = Object.fromEntries(Object.entries(files).map(([path, text]) => [path, sha256(text)]));
writeFileSync(join(shelf, "manifest.json"), `${JSON.stringify({ versions, sha256: hashes }, null, 2)}\n`);
