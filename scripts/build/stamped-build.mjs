import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT, writeChanged } from "./static-assets.mjs";

/**
 * Runs a build unless its outputs are there and nothing that they depend on has changed.
 *
 * @param {{ name: string, sources: string[], packages: string[], outputs: string[], build: () => Promise<void> }} what
 *   `sources` are files, `packages` names in node_modules, which count by their versions: npm keeps old file dates.
 */
export async function buildIfChanged({ name, sources, packages, outputs, build }) {
  const stampFile = join(ROOT, `node_modules/.cache/ladderlock/${name}.sha256`);
  const described = packages.map((one) => join(ROOT, "node_modules", one, "package.json"));
  const hash = createHash("sha256");
  for (const file of [...sources, ...described]) hash.update(`${file}\0`).update(readFileSync(file));
  const stamp = hash.digest("hex");
  const isComplete = [...outputs, stampFile].every((file) => existsSync(file));
  if (isComplete && readFileSync(stampFile, "utf8") === stamp) return;
  const startedAt = performance.now();
  await build();
  writeChanged(stampFile, stamp);
  console.log(`${name} bundled in ${Math.round(performance.now() - startedAt)} ms`);
}

/**
 * The files below a folder that a browser's bundle is made of.
 *
 * @param {string} folder
 */
export function sourcesBelow(folder) {
  const names = readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).sort();
  const wanted = names.filter((name) => /\.(?:tsx?|css|svg)$/.test(name) && !name.endsWith(".test.ts"));
  return wanted.map((name) => join(ROOT, folder, name));
}

/** How every script for browsers is built. @type {import("esbuild").BuildOptions} */
export const FOR_BROWSERS = {
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2022", "safari16"],
  legalComments: "none",
  write: false,
  logLevel: "warning",
};
