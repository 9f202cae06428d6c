import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { decodeCheck } from "../../processor/adapters/ffmpeg/decode-check.ts";
import { inspectSegment } from "../../processor/adapters/ffmpeg/inspect-segment.ts";
import { probe } from "../../processor/adapters/ffmpeg/probe.ts";
import { type FinishedSegment, transcode } from "../../processor/adapters/ffmpeg/transcode.ts";
import { planLadder } from "../../processor/media/ladder.ts";
import { MEDIA_TOOLS as tools } from "../fixtures/media/media-tools.ts";
import { hasRealClip, realClip } from "../fixtures/media/real-clips.ts";

vi.setConfig({ testTimeout: 120_000 });

const signal = new AbortController().signal;

type Expected = {
  readonly rungs: string;
  readonly frames: number | null;
  readonly seconds: number;
  readonly codecs: RegExp;
  readonly warnings?: readonly string[];
};

const VIDEO_ONLY = /^avc1\.\w{6}$/;
const BOTH = /^avc1\.\w{6},mp4a\.40\.2$/;
const AUDIO_ONLY = /^mp4a\.40\.2$/;
const AS_AUDIO = "The file has no picture: it is offered as audio.";
const AUDIO_RUNGS = "192k 128k 96k";

const CLIPS: Record<string, Expected> = {
  "phone-rotated-270.mp4": { rungs: "720x1280 480x854 360x640", frames: 149, seconds: 4.97, codecs: BOTH },
  "portrait-4k60-fullrange.mp4": {
    rungs: "1080x1920 720x1280 480x854 360x640",
    frames: 18,
    seconds: 0.3,
    codecs: BOTH,
  },
  "no-audio.mp4": { rungs: "1080x720 720x480 540x360", frames: 30, seconds: 1, codecs: VIDEO_ONLY },
  "audio-only-15s.mp4": {
    rungs: AUDIO_RUNGS,
    frames: null,
    seconds: 15.02,
    codecs: AUDIO_ONLY,
    warnings: [AS_AUDIO],
  },
  "mp3-with-cover-art.mp3": {
    rungs: AUDIO_RUNGS,
    frames: null,
    seconds: 2.81,
    codecs: AUDIO_ONLY,
    warnings: [AS_AUDIO],
  },
  "flac-with-picture.flac": {
    rungs: AUDIO_RUNGS,
    frames: null,
    seconds: 2.74,
    codecs: AUDIO_ONLY,
    warnings: [AS_AUDIO],
  },
  "hdr-hlg-10bit-hevc.mp4": {
    rungs: "1920x1080 1280x720 854x480 640x360",
    frames: 9,
    seconds: 0.3,
    codecs: BOTH,
  },
  "hdr10-av1-portrait.mp4": { rungs: "720x1280 480x854 360x640", frames: 127, seconds: 4.24, codecs: BOTH },
  "odd-dimensions-vp9.webm": { rungs: "160x120", frames: 30, seconds: 1, codecs: VIDEO_ONLY },
  "anamorphic-sar-64-45.mp4": { rungs: "854x480 640x360", frames: 120, seconds: 4, codecs: VIDEO_ONLY },
  "undecodable-audio-track.mp4": {
    rungs: "1080x720 720x480 540x360",
    frames: 30,
    seconds: 1,
    codecs: VIDEO_ONLY,
    warnings: ["Left out: audio track 1 (unknown, und), which cannot be decoded."],
  },
  "fragmented-bogus-duration.mp4": { rungs: "1080x720 720x480 540x360", frames: 30, seconds: 1, codecs: BOTH },
  "audio-shorter-than-video.mp4": { rungs: "320x240", frames: 72, seconds: 1.2, codecs: BOTH },
  "mpeg2-mp2.ts": { rungs: "1920x1080 1280x720 854x480 640x360", frames: 58, seconds: 2.5, codecs: BOTH },
  "mkv-ac3-srt.mkv": {
    rungs: "1080x720 720x480 540x360",
    frames: 30,
    seconds: 1,
    codecs: BOTH,
    warnings: ["Left out: subtitles, track 2 (subrip, eng)."],
  },
  "mpeg4-mp3.avi": { rungs: "864x360", frames: 96, seconds: 4.09, codecs: BOTH },
  "two-audio-tracks-5.1-and-stereo.mp4": {
    rungs: AUDIO_RUNGS,
    frames: null,
    seconds: 0.29,
    codecs: AUDIO_ONLY,
    warnings: ["Left out: a further audio track 1 (aac, und).", AS_AUDIO],
  },
  "quicktime-1080p50-pcm.mov": {
    rungs: "1920x1080 1280x720 854x480 640x360",
    frames: 100,
    seconds: 2,
    codecs: BOTH,
  },
};

async function convert(sourcePath: string, outputDirectory: string) {
  const found = await probe({ sourcePath, tools, signal });
  if (found.kind === "refused") throw new Error(found.reason);
  const plan = planLadder(found.facts, "VIDEO");
  if (plan.kind === "refused") throw new Error(plan.reason);
  const segments: FinishedSegment[] = [];
  const outcome = await transcode({
    sourcePath,
    outputDirectory,
    plan,
    facts: found.facts,
    tools,
    signal,
    stallTimeoutSeconds: 60,
    encoding: { crf: 30, preset: "ultrafast" },
    onProgress: () => {},
    onSegment: (segment) => segments.push(segment),
  });
  if (outcome.kind === "refused") throw new Error(outcome.reason);
  return { plan, outcome, segments };
}

describe("a real clip comes out whole", () => {
  for (const [name, expected] of Object.entries(CLIPS)) {
    it.skipIf(!hasRealClip(name))(name, async () => {
      const folder = await mkdtemp(join(tmpdir(), "real-clip-"));
      const { plan, outcome, segments } = await convert(realClip(name), folder);
      expect(plan.warnings).toEqual(expected.warnings ?? []);
      expect(outcome.frames).toBe(expected.frames);
      expect(outcome.durationSeconds).toBeCloseTo(expected.seconds, 1);

      const firsts = segments.filter((segment) => segment.index === 1);
      const order = (segment: FinishedSegment) => plan.rungs.findIndex((rung) => rung.quality === segment.quality);
      const rungs = [];
      for (const segment of firsts.sort((a, b) => order(a) - order(b))) {
        const inspected = await inspectSegment(segment.path, tools, signal);
        expect(inspected.codecs).toMatch(expected.codecs);
        rungs.push(inspected.width === null ? segment.quality : `${inspected.width}x${inspected.height}`);
        const decoded = await decodeCheck(segment.path, tools, signal);
        expect(decoded.kind).toBe("decoded");
        if (decoded.kind === "decoded" && outcome.segmentCount === 1) expect(decoded.frames).toBe(expected.frames);
      }
      expect(rungs.join(" ")).toBe(expected.rungs);
      await rm(folder, { recursive: true });
    });
  }

  it.skipIf(!hasRealClip("corrupt-no-moov.mp4"))("or is refused in words: corrupt-no-moov.mp4", async () => {
    expect(await probe({ sourcePath: realClip("corrupt-no-moov.mp4"), tools, signal })).toEqual({
      kind: "refused",
      reason:
        "The file could not be read as video or audio: its index is missing, as when an upload was cut off or a recording was never finished.",
    });
  });
});
