import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Assets are looked up before the Worker is asked: no path below it may be that of a route. */
export const DIST = join(ROOT, "edge/dist");

const TEMPORARY = join(ROOT, "node_modules/.cache/ladderlock");

/**
 * Writes a file that has changed, whole: several wranglers may build at once, and each reloads when an asset changes.
 *
 * @param {string} path
 * @param {string | Uint8Array} contents
 */
export function writeChanged(path, contents) {
  if (existsSync(path) && readFileSync(path).equals(Buffer.from(contents))) return;
  for (const folder of [dirname(path), TEMPORARY]) mkdirSync(folder, { recursive: true });
  const temporary = join(TEMPORARY, `${randomUUID()}.part`);
  writeFileSync(temporary, contents);
  renameSync(temporary, path);
}
