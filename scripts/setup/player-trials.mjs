import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { lastLines, runCommand } from "./command.mjs";
import { SetupError } from "./setup-error.mjs";

// GStreamer reads all of its plugins at the first start, which takes a while where nothing of them is in memory.
const TRIAL_MS = 120_000;
// playbin3 hangs in one of five runs on a clip of 0.4 s, which ends while it is still being set up.
const CLIP_SECONDS = 3;
// What playbin3 needs for HLS over HTTP with H.264 and AAC in MPEG-TS.
const GSTREAMER_ELEMENTS = ["playbin3", "hlsdemux2", "souphttpsrc", "tsdemux", "h264parse", "aacparse", "avdec_h264"];

/**
 * Plays a clip with mpv.
 *
 * @param {string} path
 * @param {string} clip
 * @returns {Promise<string | null>} why it cannot be used
 */
export async function tryMpv(path, clip) {
  const args = ["--no-config", "--load-scripts=no", "--msg-level=all=warn", "--vo=null", "--ao=null", clip];
  const result = await runCommand(path, args, { timeoutMs: TRIAL_MS });
  return result.ok ? null : `${path} does not play H.264 and AAC: ${lastLines(result, 2)}`;
}

/**
 * Plays a clip with gst-launch-1.0, and asks gst-inspect-1.0 beside it for the elements that HLS needs.
 *
 * @param {string} path
 * @param {string} clip
 * @returns {Promise<string | null>} why it cannot be used
 */
export async function tryGStreamer(path, clip) {
  const inspect = join(dirname(path), "gst-inspect-1.0");
  for (const element of GSTREAMER_ELEMENTS) {
    const found = await runCommand(inspect, ["--exists", element], { timeoutMs: TRIAL_MS });
    if (!found.ok) return `${path} has no ${element}`;
  }
  const sinks = ["video-sink=fakesink", "audio-sink=fakesink"];
  const args = ["-q", "playbin3", `uri=${pathToFileURL(clip).href}`, "flags=video+audio", ...sinks];
  const result = await runCommand(path, args, { timeoutMs: TRIAL_MS });
  return result.ok ? null : `${path} does not play H.264 and AAC: ${lastLines(result, 2)}`;
}

/**
 * Makes a few seconds of H.264 and AAC in MPEG-TS, and removes it after use.
 *
 * @template T
 * @param {string} ffmpeg
 * @param {(clip: string) => Promise<T>} use
 * @returns {Promise<T>}
 */
export async function withTrialClip(ffmpeg, use) {
  const folder = mkdtempSync(join(tmpdir(), "ladderlock-trial-"));
  const clip = join(folder, "trial.ts");
  const inputs = [`testsrc=size=64x64:duration=${CLIP_SECONDS}`, `sine=sample_rate=48000:duration=${CLIP_SECONDS}`];
  const sources = inputs.flatMap((input) => ["-f", "lavfi", "-i", input]);
  try {
    const codecs = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac"];
    const encoded = await runCommand(ffmpeg, ["-v", "error", "-nostdin", ...sources, ...codecs, clip], {
      timeoutMs: TRIAL_MS,
    });
    if (!encoded.ok) throw new SetupError(`${ffmpeg} cannot encode: ${lastLines(encoded, 2)}`);
    return await use(clip);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
