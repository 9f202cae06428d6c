// Builds client/dist: the entry `ladderlock/client`, one module for Node, browsers and Workers with its types, the player
// (`ladderlock/player`), and the program `ladderlock`. npm runs it before it packs the package in client/, which has no dependencies.
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { bundleProgram } from "./build/program.mjs";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const DIST = join(ROOT, "client/dist");

rmSync(DIST, { recursive: true, force: true });
await build({
  entryPoints: [join(ROOT, "client/index.ts")],
  outfile: join(DIST, "index.js"),
  bundle: true,
  format: "esm",
  platform: "neutral",
  target: "es2022",
});
execFileSync(
  process.execPath,
  [
    join(ROOT, "node_modules/typescript/bin/tsc"),
    ...[join(ROOT, "client/index.ts"), "--ignoreConfig", "--declaration", "--emitDeclarationOnly", "--outDir", DIST],
    ...["--target", "es2024", "--lib", "es2024,dom", "--module", "nodenext", "--types", ""],
    ...["--strict", "--rewriteRelativeImportExtensions"],
  ],
  { stdio: "inherit" },
);
await build({
  entryPoints: {
    attach: join(ROOT, "player/playback/attach.ts"),
    element: join(ROOT, "player/element/define.ts"),
    react: join(ROOT, "player/react/ladderlock-video.tsx"),
  },
  outdir: join(DIST, "player"),
  bundle: true,
  // The element is defined once, whichever entry is imported.
  splitting: true,
  external: ["hls.js", "react"],
  format: "esm",
  platform: "browser",
  target: ["es2022", "safari16"],
});
execFileSync(
  process.execPath,
  [
    join(ROOT, "node_modules/typescript/bin/tsc"),
    ...["attach.ts", "define.ts", "ladderlock-video.tsx"].map((name, n) =>
      join(ROOT, "player", ["playback", "element", "react"][n] ?? "", name),
    ),
    ...["--ignoreConfig", "--declaration", "--emitDeclarationOnly", "--outDir", join(DIST, "types"), "--rootDir", ROOT],
    ...[
      "--target",
      "es2024",
      "--lib",
      "es2024,dom,dom.iterable",
      "--module",
      "preserve",
      "--moduleResolution",
      "bundler",
    ],
    ...["--jsx", "react-jsx", "--types", "", "--strict", "--skipLibCheck", "--rewriteRelativeImportExtensions"],
  ],
  { stdio: "inherit" },
);
const inputs = await bundleProgram(DIST);
writeFileSync(join(DIST, "program/licenses.txt"), licensesOf(inputs));
copyFileSync(join(ROOT, "LICENSE"), join(DIST, "LICENSE"));

/**
 * The licences of the packages that the program contains, which have to go with it.
 *
 * @param {string[]} inputs
 */
function licensesOf(inputs) {
  const folders = inputs.flatMap((path) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []);
  const texts = [...new Set(folders)].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const file = ["LICENSE", "LICENSE.md", "LICENSE.txt", "license", "License", "LICENCE"]
      .map((one) => join(folder, one))
      .find((path) => existsSync(path));
    return `${name} ${version} (${license})\n\n${file === undefined ? "" : readFileSync(file, "utf8").trim()}\n`;
  });
  return texts.join(`\n${"-".repeat(80)}\n\n`);
}
