// Builds client/dist, the package entry `ladderlock/client`: one module for Node and browsers, and its types. npm runs it
// before it packs the package.
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
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
    ...["-p", join(ROOT, "client"), "--noEmit", "false", "--declaration", "--emitDeclarationOnly", "--outDir", DIST],
  ],
  { stdio: "inherit" },
);
