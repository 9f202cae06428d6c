import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildIfChanged, FOR_BROWSERS, sourcesBelow } from "./stamped-build.mjs";
import { DIST, ROOT, writeChanged } from "./static-assets.mjs";
import { withoutSourceMap } from "./watch-client.mjs";

/** Modules that sites import from the Worker, by the paths at which it serves them. */
const MODULES = {
  "watch-assets/session-refresh": "player/session/session-refresh.ts",
  "player-assets/attach": "player/playback/attach.ts",
  "player-assets/element": "player/element/define.ts",
  "player-assets/embed": "player/embed/embed.ts",
};
const STYLES = "player-assets/embed.css";
const HLS = join(DIST, "player-assets/hls.js");

/** The player, for pages that have no build; packages get it from client/dist. */
export function buildPlayerAssets() {
  return buildIfChanged({
    name: "player",
    sources: [...["player", "client"].flatMap(sourcesBelow), fileURLToPath(import.meta.url)],
    packages: ["hls.js", "esbuild"],
    outputs: [...Object.keys(MODULES).map((name) => join(DIST, `${name}.js`)), join(DIST, STYLES), HLS],
    build,
  });
}

async function build() {
  const { build: bundle } = await import("esbuild");
  const entryPoints = Object.fromEntries(Object.entries(MODULES).map(([name, path]) => [name, join(ROOT, path)]));
  const { outputFiles = [] } = await bundle({
    ...FOR_BROWSERS,
    entryPoints,
    outdir: DIST,
    // Beside the modules, so that those who have hls.js already load it once.
    plugins: [
      {
        name: "hls.js beside",
        setup: ({ onResolve }) => onResolve({ filter: /^hls\.js$/ }, () => ({ path: "./hls.js", external: true })),
      },
    ],
  });
  for (const file of outputFiles) writeChanged(file.path, file.contents);
  writeChanged(join(DIST, STYLES), readFileSync(join(ROOT, "player/embed/embed.css")));
  writeChanged(HLS, withoutSourceMap(readFileSync(join(ROOT, "node_modules/hls.js/dist/hls.min.mjs"), "utf8")));
}
