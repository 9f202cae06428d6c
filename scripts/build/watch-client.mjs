import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildIfChanged, FOR_BROWSERS, sourcesBelow } from "./stamped-build.mjs";
import { DIST, ROOT, writeChanged } from "./static-assets.mjs";

const CLIENT = join(ROOT, "edge/watch/client");
const HLS = join(ROOT, "node_modules/hls.js");
const ASSETS = join(DIST, "watch-assets");
const OUTPUTS = ["watch.js", "watch.css", "front.css", "hls.worker.js", "hls.js-license.txt", "icon.svg"];

/** The script and styles of the pages. */
export function buildWatchClient() {
  return buildIfChanged({
    name: "watch page",
    sources: [...["edge/watch/client", "player", "client"].flatMap(sourcesBelow), fileURLToPath(import.meta.url)],
    packages: ["hls.js", "esbuild"],
    outputs: OUTPUTS.map((name) => join(ASSETS, name)),
    build,
  });
}

async function build() {
  const { build: bundle } = await import("esbuild");
  const entryPoints = ["watch.ts", "watch.css", "front.css"].map((name) => join(CLIENT, name));
  const { outputFiles = [] } = await bundle({ ...FOR_BROWSERS, entryPoints, outdir: ASSETS });
  for (const file of outputFiles) writeChanged(file.path, file.contents);
  writeChanged(join(ASSETS, "hls.worker.js"), withoutSourceMap(readFileSync(join(HLS, "dist/hls.worker.js"), "utf8")));
  // The licence is served with the library (Apache-2.0, section 4a).
  writeChanged(join(ASSETS, "hls.js-license.txt"), readFileSync(join(HLS, "LICENSE")));
  writeChanged(join(ASSETS, "icon.svg"), readFileSync(join(CLIENT, "icon.svg")));
}

/**
 * The map is not served, so no browser should look for it.
 *
 * @param {string} script
 */
export function withoutSourceMap(script) {
  return script.replace(/\/\/# sourceMappingURL=\S+\s*$/, "");
}
