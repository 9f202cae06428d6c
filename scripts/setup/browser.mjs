import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findOnPath, isExecutableFile, lastLines, programNamedBy, runCommand } from "./command.mjs";
import { unpackDebianPackages, writeWrapper } from "./private-debian.mjs";
import { recallTool, rememberTool } from "./remembered-tools.mjs";
import { SetupError } from "./setup-error.mjs";
import { installSystemPackages } from "./system-packages.mjs";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const MAC_APPLICATIONS = [
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];
const TRIAL_MS = 180_000;
const TRIAL_FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
// A Chromium built without the codecs starts well and then plays nothing.
const TRIAL_PAGE =
  "data:text/html,<script>document.write(MediaSource.isTypeSupported('video/mp4; codecs=\"avc1.640028,mp4a.40.2\"') ? 'can-play' : 'cannot-play')</script>";

/** @typedef {{ path: string } | { refusal: string }} Candidate */

/**
 * A Chromium that runs here and decodes H.264 and AAC, for the browser tests.
 *
 * @param {{ toolsFile: string, toolsFolder: string }} places
 * @returns {Promise<string>}
 */
export async function findChromium({ toolsFile, toolsFolder }) {
  const named = programNamedBy("CHROMIUM_PATH");
  const [remembered] = recallTool(toolsFile, "chromium") ?? [];
  if (remembered && (named ?? remembered) === remembered) return remembered;
  const path = named ? await namedByEnvironment(named) : await firstThatWorks(toolsFolder);
  rememberTool(toolsFile, "chromium", [path]);
  return path;
}

/** @param {string} path */
async function namedByEnvironment(path) {
  const candidate = await tryBrowser(path);
  if ("path" in candidate) return candidate.path;
  throw new SetupError(`CHROMIUM_PATH is set, but cannot be used: ${candidate.refusal}`);
}

/** @param {string} toolsFolder */
async function firstThatWorks(toolsFolder) {
  const refusals = [];
  for (const way of [installed, fromSystem, fromPrivateDebian]) {
    const candidate = await way(toolsFolder);
    if ("path" in candidate) return candidate.path;
    refusals.push(candidate.refusal);
    if (way !== installed) console.error(`Chromium: ${candidate.refusal}`);
  }
  throw new SetupError(
    `The browser tests need Chromium with H.264, and none could be found or fetched:\n${refusals.map((text) => `  - ${text}`).join("\n")}\n` +
      "Install it (Debian: sudo apt-get install chromium; elsewhere Google Chrome does), or set CHROMIUM_PATH,\n" +
      "then run this command again.",
  );
}

/** @returns {Promise<Candidate>} */
async function installed() {
  const found = [...NAMES.map((name) => findOnPath(name)), ...MAC_APPLICATIONS.filter(isExecutableFile)];
  let refusal = "no Chromium on PATH";
  for (const path of found.filter((candidate) => candidate !== null)) {
    const candidate = await tryBrowser(path);
    if ("path" in candidate) return candidate;
    refusal = candidate.refusal;
  }
  return { refusal };
}

/** @returns {Promise<Candidate>} */
async function fromSystem() {
  const { installed: done, reason } = await installSystemPackages("chromium", { apt: ["chromium"], brew: [] });
  return done ? installed() : { refusal: reason };
}

/**
 * @param {string} toolsFolder
 * @returns {Promise<Candidate>}
 */
async function fromPrivateDebian(toolsFolder) {
  const folder = join(toolsFolder, "debian");
  const { root, reason } = await unpackDebianPackages({ folder, name: "chromium", packages: ["chromium"] });
  if (root === null) return { refusal: reason };
  // Debian's own start script in usr/bin looks for the program under /usr/lib.
  return tryBrowser(writeWrapper({ root, program: "usr/lib/chromium/chromium", script: join(folder, "bin/chromium") }));
}

/**
 * @param {string} path
 * @returns {Promise<Candidate>}
 */
async function tryBrowser(path) {
  const profile = mkdtempSync(join(tmpdir(), "ladderlock-chromium-"));
  try {
    const args = [...TRIAL_FLAGS, `--user-data-dir=${profile}`, "--dump-dom", TRIAL_PAGE];
    const result = await runCommand(path, args, { timeoutMs: TRIAL_MS });
    if (result.stdout.includes("cannot-play</body>")) return { refusal: `${path} cannot decode H.264 and AAC` };
    if (!result.ok || !result.stdout.includes("can-play"))
      return { refusal: `${path} does not run: ${lastLines(result, 3)}` };
    return { path };
  } finally {
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
