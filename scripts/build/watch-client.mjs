import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DIST, ROOT, writeChanged } from "./static-assets.mjs";

const CLIENT = join(ROOT, "edge/watch/client");
const HLS = join(ROOT, "node_modules/hls.js");
const ASSETS = join(DIST, "watch-assets");
const STAMP = join(ROOT, "node_modules/.cache/ladderlock/watch-client.sha256");
const OUTPUTS = [
  "watch.js",
  "session-refresh.js",
  "watch.css",
  "front.css",
  "hls.worker.js",
  "hls.js-license.txt",
  "icon.svg",
].map((name) => join(ASSETS, name));

/** The script and styles of the pages, and the module that sites import. Skipped when no source has changed. */
export async function buildWatchClient() {
  const stamp = fingerprint();
  if (!isUpToDate(stamp)) await build(stamp);
}

/** A digest of all that the result depends on. The packages count by their versions: npm keeps old file dates. */
function fingerprint() {
  const hash = createHash("sha256");
  const sources = readdirSync(CLIENT).filter((name) => /\.(?:ts|css|svg)$/.test(name) && !name.endsWith(".test.ts"));
  const api = ["call.ts", "index.ts", "operations.ts"].map((name) => join(ROOT, "client", name));
  const files = [...sources.sort().map((name) => join(CLIENT, name)), ...api, fileURLToPath(import.meta.url)];
  const packages = [HLS, join(ROOT, "node_modules/esbuild")].map((folder) => join(folder, "package.json"));
  for (const file of [...files, ...packages]) hash.update(`${file}\0`).update(readFileSync(file));
  return hash.digest("hex");
}

/** @param {string} wanted */
function isUpToDate(wanted) {
  const complete = OUTPUTS.every((file) => existsSync(file));
  return complete && existsSync(STAMP) && readFileSync(STAMP, "utf8") === wanted;
}

/** @param {string} stampOfThis */
async function build(stampOfThis) {
  const startedAt = performance.now();
  const { build: bundle } = await import("esbuild");
  const { outputFiles } = await bundle({
    entryPoints: ["watch.ts", "session-refresh.ts", "watch.css", "front.css"].map((name) => join(CLIENT, name)),
    outdir: ASSETS,
    bundle: true,
    minify: true,
    format: "esm",
    target: ["es2022", "safari16"],
    legalComments: "none",
    write: false,
    logLevel: "warning",
  });
  for (const file of outputFiles) writeChanged(file.path, file.contents);
  writeChanged(join(ASSETS, "hls.worker.js"), withoutSourceMap(readFileSync(join(HLS, "dist/hls.worker.js"), "utf8")));
  // The licence is served with the library (Apache-2.0, section 4a).
  writeChanged(join(ASSETS, "hls.js-license.txt"), readFileSync(join(HLS, "LICENSE")));
  writeChanged(join(ASSETS, "icon.svg"), readFileSync(join(CLIENT, "icon.svg")));
  writeChanged(STAMP, stampOfThis);
  console.log(`watch page bundled in ${Math.round(performance.now() - startedAt)} ms`);
}

/**
 * The map is not served, so no browser should look for it.
 *
 * @param {string} script
 */
function withoutSourceMap(script) {
  return script.replace(/\/\/# sourceMappingURL=\S+\s*$/, "");
}
