import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { runCommand } from "./run-command.mjs";

const DAY_MS = 24 * 3_600_000;
/** Packages and their servers change: what is older is made again. */
const KEPT_MS = 14 * DAY_MS;

/**
 * States of a root file system on this machine, by name: what RUN steps have made is not made again while nothing before
 * it has changed.
 *
 * @param {string} folder
 */
export function openLayers(folder) {
  const layers = join(folder, "layers");
  mkdirSync(layers, { recursive: true });
  const used = /** @type {Set<string>} */ (new Set());
  const place = mkdtempSync(join(folder, "work-"));
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (name.startsWith("work-") && statSync(path).mtimeMs < Date.now() - DAY_MS) remove(path);
  }
  return {
    /** For the roots of this run; gone after `close`. */
    place,
    /** @param {string} name */
    has: (name) => existsSync(join(layers, name)) && statSync(join(layers, name)).mtimeMs > Date.now() - KEPT_MS,
    /** @param {string} name @param {string} root */
    copyTo(name, root) {
      used.add(name);
      copyRoot(join(layers, name), root);
    },
    /** @param {string} name @param {string} root */
    keep(name, root) {
      used.add(name);
      const draft = join(place, `layer-${name}`);
      copyRoot(root, draft);
      const now = new Date();
      utimesSync(draft, now, now);
      if (existsSync(join(layers, name))) remove(join(layers, name));
      renameSync(draft, join(layers, name));
    },
    /** What this run would have used. @param {string} name */
    need: (name) => void used.add(name),
    /** Removes what this run has neither used nor made. */
    forgetOthers() {
      for (const name of readdirSync(layers)) if (!used.has(name)) remove(join(layers, name));
    },
    close: () => remove(place),
  };
}

/** @param {string} from @param {string} to */
function copyRoot(from, to) {
  runCommand("cp", ["--archive", "--reflink=auto", from, to]);
}

/** @param {string} path */
function remove(path) {
  runCommand("rm", ["-rf", "--one-file-system", path]);
}
