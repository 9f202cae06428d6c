import { dirname, join } from "node:path";
import { findOnPath, lastLines, runCommand } from "./command.mjs";
import { installMediaToolsFromNpm } from "./npm-binaries.mjs";
import { unpackDebianPackage, writeWrapper } from "./private-debian.mjs";
import { recallTool, rememberTool } from "./remembered-tools.mjs";
import { SetupError } from "./setup-error.mjs";
import { installSystemPackage } from "./system-packages.mjs";

const NEEDED_ENCODERS = ["libx264", "aac"];
const TRIAL_MS = 30_000;

/**
 * @typedef {{ ffmpeg: string, ffprobe: string }} MediaTools
 * @typedef {{ tools: MediaTools } | { refusal: string }} Candidate
 */

/**
 * ffmpeg and ffprobe that run here and can make what the ladder needs: those that the environment names, those on PATH,
 * then the ways to get some, from the best to the last. Each is tried before it is believed.
 *
 * @param {{ toolsFile: string, toolsFolder: string }} places
 * @returns {Promise<MediaTools>}
 */
export async function findMediaTools({ toolsFile, toolsFolder }) {
  const named = process.env.FFMPEG_PATH || process.env.FFPROBE_PATH;
  const [ffmpeg, ffprobe] = recallTool(toolsFile, "media") ?? [];
  const fitsEnvironment =
    (process.env.FFMPEG_PATH || ffmpeg) === ffmpeg && (process.env.FFPROBE_PATH || ffprobe) === ffprobe;
  if (ffmpeg && ffprobe && fitsEnvironment) return { ffmpeg, ffprobe };

  const tools = named ? await namedByEnvironment() : await firstThatWorks(toolsFolder);
  rememberTool(toolsFile, "media", [tools.ffmpeg, tools.ffprobe]);
  return tools;
}

/** @returns {Promise<MediaTools>} */
async function namedByEnvironment() {
  const ffmpeg = process.env.FFMPEG_PATH || findOnPath("ffmpeg");
  const ffprobe = process.env.FFPROBE_PATH || besideOrOnPath(ffmpeg, "ffprobe");
  const candidate = await tryTools(ffmpeg, ffprobe);
  if ("tools" in candidate) return candidate.tools;
  throw new SetupError(
    `FFMPEG_PATH or FFPROBE_PATH is set, but cannot be used: ${candidate.refusal}\n` +
      "Set both to working programs, or unset them to let ffmpeg be found.",
  );
}

/**
 * @param {string} toolsFolder
 * @returns {Promise<MediaTools>}
 */
async function firstThatWorks(toolsFolder) {
  const refusals = [];
  for (const way of [onPath, fromSystem, fromPrivateDebian, fromNpm]) {
    const candidate = await way(toolsFolder);
    if ("tools" in candidate) return candidate.tools;
    refusals.push(candidate.refusal);
    if (way !== onPath) console.error(`ffmpeg: ${candidate.refusal}`);
  }
  throw new SetupError(
    `ffmpeg with libx264 and aac is needed, and none could be found or fetched:\n${refusals.map((text) => `  - ${text}`).join("\n")}\n` +
      "Install it (Debian and Ubuntu: sudo apt-get install ffmpeg; macOS: brew install ffmpeg),\n" +
      "or set FFMPEG_PATH and FFPROBE_PATH, then run this command again.",
  );
}

/** @returns {Promise<Candidate>} */
function onPath() {
  return tryTools(findOnPath("ffmpeg"), findOnPath("ffprobe"));
}

/** @returns {Promise<Candidate>} */
async function fromSystem() {
  const { installed, reason } = await installSystemPackage({ apt: "ffmpeg", brew: "ffmpeg" });
  return installed ? onPath() : { refusal: reason };
}

/**
 * @param {string} toolsFolder
 * @returns {Promise<Candidate>}
 */
async function fromPrivateDebian(toolsFolder) {
  const { root, reason } = await unpackDebianPackage({ folder: join(toolsFolder, "debian"), name: "ffmpeg" });
  if (root === null) return { refusal: reason };
  const [ffmpeg, ffprobe] = ["ffmpeg", "ffprobe"].map((name) =>
    writeWrapper({ root, program: `usr/bin/${name}`, script: join(toolsFolder, "debian/bin", name) }),
  );
  return tryTools(ffmpeg ?? null, ffprobe ?? null);
}

/**
 * @param {string} toolsFolder
 * @returns {Promise<Candidate>}
 */
async function fromNpm(toolsFolder) {
  const { ffmpeg, ffprobe, reason } = await installMediaToolsFromNpm(join(toolsFolder, "npm"));
  return ffmpeg === null ? { refusal: reason } : tryTools(ffmpeg, ffprobe);
}

/**
 * @param {string | null} ffmpeg
 * @param {string | null} ffprobe
 * @returns {Promise<Candidate>}
 */
async function tryTools(ffmpeg, ffprobe) {
  if (ffmpeg === null) return { refusal: "no ffmpeg on PATH" };
  if (ffprobe === null) return { refusal: "no ffprobe on PATH" };
  const listed = await runCommand(ffmpeg, ["-hide_banner", "-encoders"], { timeoutMs: TRIAL_MS });
  if (!listed.ok) return { refusal: `${ffmpeg} does not run: ${lastLines(listed, 2)}` };
  const missing = NEEDED_ENCODERS.filter((encoder) => !new RegExp(`^ [VA]\\S* ${encoder} `, "m").test(listed.stdout));
  if (missing.length > 0) return { refusal: `${ffmpeg} has no encoder ${missing.join(" and ")}` };
  const probe = await runCommand(ffprobe, ["-version"], { timeoutMs: TRIAL_MS });
  if (!probe.ok) return { refusal: `${ffprobe} does not run: ${lastLines(probe, 2)}` };
  return { tools: { ffmpeg, ffprobe } };
}

/**
 * @param {string | null} neighbour
 * @param {string} name
 */
function besideOrOnPath(neighbour, name) {
  return (neighbour && findOnPath(name, dirname(neighbour))) ?? findOnPath(name);
}
