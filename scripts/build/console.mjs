import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { DIST, ROOT, writeChanged } from "./static-assets.mjs";

const BUNDLE = join(ROOT, "scripts/build/bundle-console.mjs");
const STAMP = join(ROOT, "node_modules/.cache/ladderlock/console.sha256");
/** What the console is made of. Packages count by the lock file. */
const SOURCES = ["console", "client", "player"];
const SOURCE = /(?<!\.test)\.(?:ts|tsx|css|html)$/;

/** The console, one page with its scripts and styles, as static assets. Skipped when no source has changed. */
export async function buildConsole() {
  const startedAt = performance.now();
  const wanted = fingerprint();
  if (existsSync(join(DIST, "console-assets/page.html")) && existsSync(STAMP) && readFileSync(STAMP, "utf8") === wanted)
    return;
  // In another process: vitest changes what Vite and React find in its own.
  await promisify(execFile)(process.execPath, [BUNDLE], { env: { ...process.env, NODE_ENV: "production" } });
  writeChanged(STAMP, wanted);
  console.log(`console bundled in ${Math.round(performance.now() - startedAt)} ms`);
}

function fingerprint() {
  const hash = createHash("sha256");
  const files = [
    ...SOURCES.flatMap(sourcesBelow),
    join(ROOT, "package-lock.json"),
    fileURLToPath(import.meta.url),
    BUNDLE,
  ];
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
