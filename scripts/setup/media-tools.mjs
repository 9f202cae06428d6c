import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { findOnPath, lastLines, programNamedBy, runCommand } from "./command.mjs";
import { installMediaToolsFromNpm } from "./npm-binaries.mjs";
import { unpackDebianPackages, writeWrapper } from "./private-debian.mjs";
import { recallTool, rememberTool } from "./remembered-tools.mjs";
import { SetupError } from "./setup-error.mjs";
import { installSystemPackages } from "./system-packages.mjs";

const NEEDED_ENCODERS = ["libx264", "aac"];
const TRIAL_MS = 180_000;

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
  const named = { ffmpeg: programNamedBy("FFMPEG_PATH"), ffprobe: programNamedBy("FFPROBE_PATH") };
  const [ffmpeg, ffprobe] = recallTool(toolsFile, "media") ?? [];
  const fitsEnvironment = (named.ffmpeg ?? ffmpeg) === ffmpeg && (named.ffprobe ?? ffprobe) === ffprobe;
  if (ffmpeg && ffprobe && fitsEnvironment) return { ffmpeg, ffprobe };

  const isNamed = named.ffmpeg !== null || named.ffprobe !== null;
  const tools = isNamed ? await namedByEnvironment(named) : await firstThatWorks(toolsFolder);
  rememberTool(toolsFile, "media", [tools.ffmpeg, tools.ffprobe]);
  return tools;
}

/**
 * @param {{ ffmpeg: string | null, ffprobe: string | null }} named
 * @returns {Promise<MediaTools>}
 */
async function namedByEnvironment(named) {
  const ffmpeg = named.ffmpeg ?? besideOrOnPath(named.ffprobe, "ffmpeg");
  const ffprobe = named.ffprobe ?? besideOrOnPath(ffmpeg, "ffprobe");
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
  const { installed, reason } = await installSystemPackages("ffmpeg", { apt: ["ffmpeg"], brew: ["ffmpeg"] });
  return installed ? onPath() : { refusal: reason };
}

/**
 * @param {string} toolsFolder
 * @returns {Promise<Candidate>}
 */
async function fromPrivateDebian(toolsFolder) {
  const folder = join(toolsFolder, "debian");
  const { root, reason } = await unpackDebianPackages({ folder, name: "ffmpeg", packages: ["ffmpeg"] });
  if (root === null) return { refusal: reason };
  const [ffmpeg, ffprobe] = ["ffmpeg", "ffprobe"].map((name) =>
    writeWrapper({ root, program: `usr/bin/${name}`, script: join(folder, "bin", name) }),
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
  const refusal = await tryOnSegment(ffmpeg, ffprobe);
  return refusal === null ? { tools: { ffmpeg, ffprobe } } : { refusal };
}

/**
 * Encodes a fraction of a second into MPEG-TS and reads it back: the work that they are wanted for, since some builds
 * answer every question and then crash at it.
 *
 * @param {string} ffmpeg
 * @param {string} ffprobe
 * @returns {Promise<string | null>} why they will not do
 */
async function tryOnSegment(ffmpeg, ffprobe) {
  const folder = mkdtempSync(join(tmpdir(), "ladderlock-trial-"));
  const segment = join(folder, "trial.ts");
  try {
    const inputs = [
      "-f",
      "lavfi",
      "-i",
      "testsrc=size=64x64:duration=0.2",
      "-f",
      "lavfi",
      "-i",
      "anullsrc=r=48000",
      "-shortest",
    ];
    const encode = ["-v", "error", "-nostdin", ...inputs, "-c:v", "libx264", "-c:a", "aac", "-f", "mpegts", segment];
    const encoded = await runCommand(ffmpeg, encode, { timeoutMs: TRIAL_MS });
    if (!encoded.ok) return `${ffmpeg} cannot encode: ${lastLines(encoded, 2)}`;
    const probe = ["-v", "error", "-show_entries", "stream=codec_name", "-of", "csv=p=0", segment];
    const probed = await runCommand(ffprobe, probe, { timeoutMs: TRIAL_MS });
    const reads = probed.ok && ["h264", "aac"].every((codec) => probed.stdout.includes(codec));
    return reads ? null : `${ffprobe} cannot read MPEG-TS: ${lastLines(probed, 2)}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string | null} neighbour
 * @param {string} name
 */
function besideOrOnPath(neighbour, name) {
  return (neighbour && findOnPath(name, dirname(neighbour))) ?? findOnPath(name);
}
