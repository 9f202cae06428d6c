import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { endedWell, findOnPath, lastLines, runCommand } from "./command.mjs";
import { SetupError } from "./setup-error.mjs";
import { step } from "./step.mjs";

const STAMP = "node_modules/.ladderlock-stamp";
const NPM_FLAGS = ["--include=dev", "--include=optional", "--no-audit", "--no-fund", "--loglevel=error"];

/**
 * Installs what package-lock.json names, unless it is installed already.
 *
 * @param {string} root
 */
export async function ensureDependencies(root) {
  const stamp = wantedStamp(root);
  if (readText(join(root, STAMP)) === stamp) return;
  if (!holdsWhatTheLockNames(root)) await installDependencies(root);
  writeFileSync(join(root, STAMP), stamp);
}

/**
 * A checkout that is carried to another platform keeps its stamp file but needs other binaries: both are in the stamp.
 *
 * @param {string} root
 */
function wantedStamp(root) {
  const hash = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
  return `${process.platform}-${process.arch} ${hash}\n`;
}

/**
 * Whether somebody ran npm here before us: npm's own record of node_modules then has every package of the lock.
 *
 * @param {string} root
 */
export function holdsWhatTheLockNames(root) {
  const record = readText(join(root, "node_modules/.package-lock.json"));
  if (record === null) return false;
  const installed = packagesOf(record);
  const wanted = packagesOf(readFileSync(join(root, "package-lock.json"), "utf8"));
  return Object.entries(wanted).every(
    ([path, entry]) => path === "" || installed[path]?.version === entry.version || !isMeantForUs(entry),
  );
}

/**
 * @typedef {{ version?: string, optional?: boolean, peer?: boolean, os?: string[], cpu?: string[], libc?: string[] }} LockEntry
 * @param {string} lock
 * @returns {Record<string, LockEntry>}
 */
function packagesOf(lock) {
  return JSON.parse(lock).packages ?? {};
}

/** @param {LockEntry} entry */
function isMeantForUs(entry) {
  if (!entry.optional) return true;
  const platformFits = !entry.os || entry.os.includes(process.platform);
  const processorFits = !entry.cpu || entry.cpu.includes(process.arch);
  // Which C library is in use is npm's to find out: a package that asks for one may be absent.
  return platformFits && processorFits && !entry.libc && entry.os !== undefined;
}

/** @param {string} root */
async function installDependencies(root) {
  const exact = await step("Installing packages", () => runNpm(root, ["ci", ...NPM_FLAGS]), endedWell);
  if (exact.ok) return;
  console.error(`npm ci did not work here:\n${lastLines(exact)}\nTrying npm install, which may choose other versions.`);
  const loose = await step(
    "Installing packages with npm install",
    () => runNpm(root, ["install", "--no-save", "--no-package-lock", ...NPM_FLAGS]),
    endedWell,
  );
  if (loose.ok) return;
  throw new SetupError(
    `npm could not install the packages:\n${lastLines(loose)}\n` +
      "Check the connection to the npm registry (npm ping), then run this command again.",
  );
}

/**
 * Runs npm on the Node that the user has, not on the one inside node_modules that npm is about to replace.
 *
 * @param {string} cwd
 * @param {string[]} args
 */
export function runNpm(cwd, args) {
  const env = {
    ...process.env,
    PATH: pathOutsideNodeModules(process.env.PATH ?? ""),
    npm_config_update_notifier: "false",
  };
  const npm = findOnPath("npm", env.PATH);
  if (npm !== null) return runCommand(npm, args, { cwd, env });
  const script = process.env.npm_execpath ?? join(dirname(process.execPath), "../lib/node_modules/npm/bin/npm-cli.js");
  return runCommand(process.execPath, [script, ...args], { cwd, env });
}

/** @param {string} searchPath */
function pathOutsideNodeModules(searchPath) {
  return searchPath
    .split(delimiter)
    .filter((directory) => !/node_modules[/\\]/.test(`${directory}/`))
    .join(delimiter);
}

/** @param {string} path */
function readText(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
