import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DIST, ROOT, writeChanged } from "./static-assets.mjs";

const CONSOLE = join(ROOT, "console");
const ASSETS = join(DIST, "console-assets");
const STAMP = join(ROOT, "node_modules/.cache/ladderlock/console.sha256");
/** What the console is made of. Packages count by the lock file. */
const SOURCES = ["console", "client", "player"];
const SOURCE = /(?<!\.test)\.(?:ts|tsx|css|html)$/;

/** The console, one page with its scripts and styles, as static assets. Skipped when no source has changed. */
export async function buildConsole() {
  const wanted = fingerprint();
  if (existsSync(join(ASSETS, "page.html")) && existsSync(STAMP) && readFileSync(STAMP, "utf8") === wanted) return;
  await build();
  writeChanged(STAMP, wanted);
}

function fingerprint() {
  const hash = createHash("sha256");
  const files = [...SOURCES.flatMap(sourcesBelow), join(ROOT, "package-lock.json"), fileURLToPath(import.meta.url)];
  for (const file of files) hash.update(`${file}\0`).update(readFileSync(file));
  return hash.digest("hex");
}

/** @param {string} folder */
function sourcesBelow(folder) {
  const path = join(ROOT, folder);
  if (!existsSync(path)) return [];
  const names = readdirSync(path, { recursive: true, encoding: "utf8" }).filter((name) => SOURCE.test(name));
  return names.sort().map((name) => join(path, name));
}

async function build() {
  const startedAt = performance.now();
  const [{ build: bundle }, { default: react }] = await Promise.all([import("vite"), import("@vitejs/plugin-react")]);
  const built = await bundle({
    root: CONSOLE,
    base: "/console-assets/",
    configFile: false,
    envDir: false,
    logLevel: "warn",
    plugins: [react()],
    build: {
      write: false,
      target: ["es2023", "safari17.5"],
      // The Content-Security-Policy refuses data: and inline scripts.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      chunkSizeWarningLimit: 1000,
      rolldownOptions: {
        input: join(CONSOLE, "page.html"),
        output: {
          entryFileNames: "[name]-[hash].js",
          chunkFileNames: "[name]-[hash].js",
          assetFileNames: "[name]-[hash][extname]",
        },
      },
    },
  });
  const outputs = [built].flat().flatMap((result) => ("output" in result ? result.output : []));
  // The page last: it names the others.
  const files = outputs.toSorted((a, b) => Number(a.fileName.endsWith(".html")) - Number(b.fileName.endsWith(".html")));
  for (const file of files) writeChanged(join(ASSETS, file.fileName), file.type === "chunk" ? file.code : file.source);
  const names = new Set(files.map(({ fileName }) => fileName));
  for (const name of readdirSync(ASSETS)) if (!names.has(name)) rmSync(join(ASSETS, name), { force: true });
  console.log(`console bundled in ${Math.round(performance.now() - startedAt)} ms`);
}
