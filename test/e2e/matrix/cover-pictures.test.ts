import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { convert } from "../../fixtures/media/convert.ts";
import { describeConversion, type Expected } from "../../fixtures/media/describe-conversion.ts";
import { runFfmpeg } from "../../fixtures/media/generate-clip.ts";
import { hasRealClip, realClip } from "../../fixtures/media/real-clips.ts";

/* Songs whose cover is an ordinary track of pictures with one frame, and not marked as a cover. */

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cover-pictures-"));
});
afterAll(() => rm(folder, { recursive: true }));

const LONG = process.env.LONG_TESTS === "1";
const SONG = { rungs: "192k 128k 96k", fps: null, frames: null, sound: "stereo" } as const;
const stillFor = (seconds: string) => [`The picture ends ${seconds} s before the sound: its last frame stays.`];

/** Converts a file for both resource types that an editor may choose. */
async function asBoth(path: string): Promise<{ audio: Expected; video: Expected }> {
  const audio = await convert(path, folder, { resourceType: "AUDIO" });
  const video = await convert(path, folder, { resourceType: "VIDEO" });
  return { audio: describeConversion(audio), video: describeConversion(video) };
}

const CLIPS = [
  ["PNG and FLAC in Matroska", "song.mkv", ["-c:v", "png", "-c:a", "flac"], { seconds: 3, stays: "3.0" }],
  ["Motion JPEG and ALAC in QuickTime", "song.mov", ["-c:v", "mjpeg", "-c:a", "alac"], { seconds: 3, stays: "3.0" }],
] as const;

describe.runIf(LONG)("a song with a cover is a song as audio, and a still film as video", () => {
  it.each(CLIPS)("%s", async (_name, file, codecs, { seconds, stays }) => {
    const path = join(folder, file);
    const cover = ["-f", "lavfi", "-i", "testsrc2=s=320x240:r=25:d=0.04"];
    const song = ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000:duration=3"];
    await runFfmpeg([...cover, ...song, ...codecs, path]);
    const film = { rungs: "320x240", fps: "25/1", frames: 75, seconds, sound: "stereo", warnings: stillFor(stays) };
    expect(await asBoth(path)).toEqual({ audio: { ...SONG, seconds: expect.closeTo(seconds, 1) }, video: film });
  });

  const real = "faults/c10-cover-as-video.m4a";
  it.skipIf(!hasRealClip(real))("c10-cover-as-video.m4a", async () => {
    expect(await asBoth(realClip(real))).toEqual({
      audio: { ...SONG, seconds: 6.01 },
      video: {
        ...{ rungs: "480x480 360x360", fps: "25/1", frames: 150, seconds: 6, sound: "stereo" },
        warnings: stillFor("6.0"),
      },
    });
  });
});
