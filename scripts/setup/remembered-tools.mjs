import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/**
 * What was found and tried on an earlier run, so that a later one only looks whether the files are still the same.
 *
 * @typedef {{ path: string, size: number, mtimeMs: number }} RememberedFile
 * @typedef {{ files: RememberedFile[] }} RememberedTool
 */

/**
 * @param {string} file
 * @param {string} name
 * @returns {string[] | null} the paths, in the order in which they were given to rememberTool
 */
export function recallTool(file, name) {
  const tool = readAll(file)[name];
  if (tool === undefined || !tool.files.every(isUnchanged)) return null;
  return tool.files.map((remembered) => remembered.path);
}

/**
 * @param {string} file
 * @param {string} name
 * @param {string[]} paths
 */
export function rememberTool(file, name, paths) {
  const all = { ...readAll(file), [name]: { files: paths.map(describe) } };
  mkdirSync(dirname(file), { recursive: true });
  // Two commands may run at once: each replaces the file whole.
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(all, null, 2)}\n`);
  renameSync(draft, file);
}

/**
 * @param {string} path
 * @returns {RememberedFile}
 */
function describe(path) {
  const { size, mtimeMs } = statSync(path);
  return { path, size, mtimeMs };
}

/** @param {RememberedFile} remembered */
function isUnchanged(remembered) {
  try {
    const now = describe(remembered.path);
    return now.size === remembered.size && now.mtimeMs === remembered.mtimeMs;
  } catch {
    return false;
  }
}

/**
 * @param {string} file
 * @returns {Record<string, RememberedTool>}
 */
function readAll(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return {};
  }
}
