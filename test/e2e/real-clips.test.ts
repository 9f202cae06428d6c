import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { convert } from "../fixtures/media/convert.ts";
import { describeConversion, type Expected } from "../fixtures/media/describe-conversion.ts";
import { runFfmpeg } from "../fixtures/media/generate-clip.ts";
import { hasRealClip, realClip } from "../fixtures/media/real-clips.ts";

/* Clips made by others, each with one trouble; generated ones are in input-matrix.test.ts. */

const LONG = process.env.LONG_TESTS === "1";

/** Tone mapping takes ten times the length of a film: unless in long tests, a second of it is converted. */
const CUT_TO_A_SECOND = LONG ? [] : ["hdr10-av1-portrait.mp4"];

const AUDIO = { rungs: "192k 128k 96k", fps: null, frames: null, sound: "stereo" } as const;
const AS_AUDIO = "The file has no picture: it is offered as audio.";

const CLIPS: Record<string, Expected> = {
  "phone-rotated-270.mp4": {
    rungs: "720x1280 480x854 360x640",
    ...{ fps: "30000/1001", frames: 149, seconds: 4.97, sound: "stereo" },
  },
  "portrait-4k60-fullrange.mp4": {
    rungs: "1080x1920 720x1280 480x854 360x640",
    ...{ fps: "60/1", frames: 18, seconds: 0.3, sound: "stereo" },
  },
  "no-audio.mp4": {
    rungs: "1080x720 720x480 540x360",
    ...{ fps: "30000/1001", frames: 30, seconds: 1, sound: "none" },
  },
  "audio-only-15s.mp4": { ...AUDIO, seconds: 15.02, warnings: [AS_AUDIO] },
  "mp3-with-cover-art.mp3": { ...AUDIO, seconds: 2.81, warnings: [AS_AUDIO] },
  "flac-with-picture.flac": { ...AUDIO, seconds: 2.74, warnings: [AS_AUDIO] },
  "hdr-hlg-10bit-hevc.mp4": {
    rungs: "1920x1080 1280x720 854x480 640x360",
    ...{ fps: "90000/3001", frames: 9, seconds: 0.3, sound: "stereo" },
  },
  "hdr10-av1-portrait.mp4": {
    rungs: "720x1280 480x854 360x640",
    ...{ fps: "30000/1001", sound: "stereo", ...(LONG ? { frames: 127, seconds: 4.24 } : { frames: 30, seconds: 1 }) },
  },
  "odd-dimensions-vp9.webm": { rungs: "160x120", fps: "2997/100", frames: 30, seconds: 1, sound: "none" },
  "anamorphic-sar-64-45.mp4": { rungs: "854x480 640x360", fps: "30/1", frames: 120, seconds: 4, sound: "none" },
  "undecodable-audio-track.mp4": {
    rungs: "1080x720 720x480 540x360",
    ...{ fps: "30000/1001", frames: 30, seconds: 1, sound: "none" },
    warnings: ["Left out: audio track 1 (unknown, und), which cannot be decoded."],
  },
  "fragmented-bogus-duration.mp4": {
    rungs: "1080x720 720x480 540x360",
    ...{ fps: "30000/1001", frames: 30, seconds: 1, sound: "stereo" },
  },
  "audio-shorter-than-video.mp4": { rungs: "320x240", fps: "60/1", frames: 72, seconds: 1.2, sound: "stereo" },
  "mpeg2-mp2.ts": {
    rungs: "1920x1080 1280x720 854x480 640x360",
    ...{ fps: "24/1", frames: 58, seconds: 2.5, sound: "stereo" },
  },
  "mkv-ac3-srt.mkv": {
    rungs: "1080x720 720x480 540x360",
    ...{ fps: "30/1", frames: 30, seconds: 1, sound: "stereo" },
    captions: "subrip eng",
  },
  "mpeg4-mp3.avi": { rungs: "864x360", fps: "24000/1001", frames: 96, seconds: 4.09, sound: "stereo" },
  "two-audio-tracks-5.1-and-stereo.mp4": {
    ...{ ...AUDIO, seconds: 0.29 },
    warnings: ["Left out: a further audio track 1 (aac, und).", AS_AUDIO],
  },
  "quicktime-1080p50-pcm.mov": {
    rungs: "1920x1080 1280x720 854x480 640x360",
    ...{ fps: "50/1", frames: 100, seconds: 2, sound: "stereo" },
  },
  "corrupt-no-moov.mp4": {
    refused:
      "The file could not be read as video or audio: its index is missing, as when an upload was cut off or a recording was never finished. Check that it plays to its end on your computer, and upload it again.",
  },
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "real-clips-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** The clip, or a copy of its first second, packet for packet. */
async function clipPath(name: string): Promise<string> {
  if (!CUT_TO_A_SECOND.includes(name)) return realClip(name);
  const path = join(folder, name);
  await runFfmpeg(["-i", realClip(name), "-map", "0", "-c", "copy", "-t", "1", path]);
  return path;
}

describe("a real clip comes out whole, or is refused in words", () => {
  for (const [name, expected] of Object.entries(CLIPS)) {
    it.skipIf(!hasRealClip(name))(name, async () => {
      expect(describeConversion(await convert(await clipPath(name), folder))).toEqual(expected);
    });
  }
});
