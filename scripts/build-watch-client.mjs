// Bundles the watch page's script and style, and the module that sites import: edge/watch/client -> edge/watch/dist, which
// the Worker serves as static assets. wrangler runs it before each build ([build] in wrangler.toml), possibly on Node 20. It does nothing when
// neither the sources nor the tools have changed.
import { createHash, randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const CLIENT = join(ROOT, "edge/watch/client");
const HEADERS_FILE = join(ROOT, "edge/watch/assets-headers.txt");
const HLS = join(ROOT, "node_modules/hls.js");
const DIST = join(ROOT, "edge/watch/dist");
// Everything lies in one folder, so that no asset can hide a route: assets are looked up before the Worker is asked.
const ASSETS = join(DIST, "watch-assets");
const STAMP = join(ROOT, "node_modules/.cache/ladderlock/watch-client.sha256");
const OUTPUTS = ["watch.js", "session-refresh.js", "watch.css", "hls.worker.js", "hls.js-license.txt", "icon.svg"].map(
  (name) => join(ASSETS, name),
);

const stamp = fingerprint();
if (!isUpToDate(stamp)) await build(stamp);

/** A digest of all that the result depends on. The packages count by their versions: npm keeps old file dates. */
function fingerprint() {
  const hash = createHash("sha256");
  const sources = readdirSync(CLIENT).filter((name) => /\.(?:ts|css|svg)$/.test(name) && !name.endsWith(".test.ts"));
  const files = [...sources.sort().map((name) => join(CLIENT, name)), HEADERS_FILE, fileURLToPath(import.meta.url)];
  const packages = [HLS, join(ROOT, "node_modules/esbuild")].map((folder) => join(folder, "package.json"));
  for (const file of [...files, ...packages]) hash.update(`${file}\0`).update(readFileSync(file));
  return hash.digest("hex");
}

/** @param {string} wanted */
function isUpToDate(wanted) {
  const complete = [...OUTPUTS, join(DIST, "_headers")].every((file) => existsSync(file));
  return complete && existsSync(STAMP) && readFileSync(STAMP, "utf8") === wanted;
}

/** @param {string} stampOfThis */
async function build(stampOfThis) {
  const startedAt = performance.now();
  const { build: bundle } = await import("esbuild");
  const { outputFiles } = await bundle({
    entryPoints: ["watch.ts", "session-refresh.ts", "watch.css"].map((name) => join(CLIENT, name)),
    outdir: ASSETS,
    bundle: true,
    minify: true,
    format: "esm",
    target: ["es2022", "safari16"],
    legalComments: "none",
    write: false,
    logLevel: "warning",
  });
  for (const file of outputFiles) replaceFile(file.path, file.contents);
  replaceFile(join(ASSETS, "hls.worker.js"), withoutSourceMap(readFileSync(join(HLS, "dist/hls.worker.js"), "utf8")));
  // The licence is served with the library (Apache-2.0, section 4a).
  replaceFile(join(ASSETS, "hls.js-license.txt"), readFileSync(join(HLS, "LICENSE")));
  replaceFile(join(ASSETS, "icon.svg"), readFileSync(join(CLIENT, "icon.svg")));
  replaceFile(join(DIST, "_headers"), readFileSync(HEADERS_FILE));
  replaceFile(STAMP, stampOfThis);
  console.log(`watch page bundled in ${Math.round(performance.now() - startedAt)} ms`);
}

/**
 * Several wranglers may build at once: each file is replaced whole or not at all.
 *
 * @param {string} path
 * @param {string | Uint8Array} contents
 */
function replaceFile(path, contents) {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = join(dirname(STAMP), `${randomUUID()}.part`);
  mkdirSync(dirname(temporary), { recursive: true });
  writeFileSync(temporary, contents);
  renameSync(temporary, path);
}

/**
 * The map is not served, so no browser should look for it.
 *
 * @param {string} script
 */
function withoutSourceMap(script) {
  return script.replace(/\/\/# sourceMappingURL=\S+\s*$/, "");
}
