// Builds client/dist, the entry `ladderlock/client`: one module for Node, browsers and Workers, and its types. npm runs it
// before it packs the package in client/, which has no dependencies.
import { execFileSync } from "node:child_process";
import { copyFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

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
copyFileSync(join(ROOT, "LICENSE"), join(DIST, "LICENSE"));
