import { mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ConvertOptions, convert } from "../fixtures/media/convert.ts";
import { describeConversion, type Expected } from "../fixtures/media/describe-conversion.ts";
import { CLIPS, type ClipMaker, longClip } from "../fixtures/media/odd-clips.ts";
import { seededRandom } from "../fixtures/seeded-random.ts";

/*
 * Every kind of input: what an editor may upload, and the ladder or the sentence that it becomes. Each row goes through
 * the processor's own steps, from probe to verification. LONG_TESTS=1 takes three hours of film in place of two minutes,
 * 20 random cuts in place of one, and the rows that are near another one.
 */

const LONG = process.env.LONG_TESTS === "1";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "input-matrix-"));
});
afterAll(() => rm(folder, { recursive: true }));

const made = new Map<ClipMaker, Promise<string>>();

/** The path of a clip, which is made once in a run. */
function clipPath(maker: ClipMaker): Promise<string> {
  const path = join(folder, maker.fileName);
  const known = made.get(maker) ?? maker.make(path).then(() => path);
  made.set(maker, known);
  return known;
}

const CHECK_AND_RETRY = "Check that it plays to its end on your computer, and upload it again.";
const DAMAGED = `it is damaged, or of a kind that is not known here. ${CHECK_AND_RETRY}`;
const NOT_MEDIA = `The file could not be read as video or audio: ${DAMAGED}`;
const AUDIO = { rungs: "192k 128k 96k", fps: null, frames: null, sound: "stereo" } as const;
const SMALL = { rungs: "320x240", fps: "25/1" } as const;

type Row = [name: string, maker: ClipMaker, expected: Expected, options?: ConvertOptions];

const ROWS: readonly Row[] = [
  // Frame rates
  ["a variable frame rate", CLIPS.vfr, { ...SMALL, fps: "30/1", frames: 120, seconds: 4, sound: "none" }],
  ["120 fps, halved", CLIPS.fps120, { ...SMALL, fps: "60/1", frames: 120, seconds: 2, sound: "stereo" }],
  [
    "interlaced, bottom field first",
    CLIPS.bottomFieldFirst,
    { rungs: "600x480 450x360", fps: "25/1", frames: 50, seconds: 2, sound: "stereo" },
  ],
  // Pixels
  ["RGB", CLIPS.rgb, { ...SMALL, frames: 50, seconds: 2, sound: "none" }],
  // Shapes
  ["portrait", CLIPS.portrait, { rungs: "480x854 360x640", fps: "25/1", frames: 50, seconds: 2, sound: "stereo" }],
  [
    "the smallest picture, made even",
    CLIPS.smallest,
    { ...SMALL, rungs: "16x16", frames: 50, seconds: 2, sound: "none" },
  ],
  [
    "one pixel, which is no film",
    CLIPS.onePixel,
    {
      refused:
        "The picture is only 1 x 1 pixels, at least 16 on each side are needed. Export the video again at its real size.",
    },
  ],
  [
    "one pixel beside sound, which is what is meant",
    CLIPS.onePixelWithSound,
    {
      ...AUDIO,
      seconds: 2.03,
      warnings: [
        "Left out: video track 0 (ffv1), which is only 1 x 1 pixels.",
        "The file has no picture: it is offered as audio.",
      ],
    },
  ],
  // Sound
  ["5.1", CLIPS.surround, { ...SMALL, frames: 50, seconds: 2, sound: "stereo" }],
  [
    "far too many tracks",
    CLIPS.manyTracks,
    { refused: "The file has 121 tracks, at most 100 are accepted. Export fewer." },
  ],
  [
    "noise in place of sound",
    CLIPS.noiseForSound,
    {
      ...SMALL,
      ...{ frames: 150, seconds: 6, sound: "none" },
      warnings: ["Left out: audio track 1 (aac, und), which cannot be decoded."],
    },
  ],
  ["noise in place of the picture", CLIPS.noiseForPicture, { refused: `The file could not be converted: ${DAMAGED}` }],
  ["a video that was uploaded as audio", CLIPS.plain, { ...AUDIO, seconds: 6.02 }, { resourceType: "AUDIO" }],
  [
    "a silent video that was uploaded as audio",
    CLIPS.square,
    { refused: "The file has no sound that can be decoded, but it was uploaded as audio." },
    { resourceType: "AUDIO" },
  ],
  // Time
  ["a start before zero", CLIPS.startsBeforeZero, { ...SMALL, frames: 112, seconds: 4.48, sound: "stereo" }],
  [
    "a picture that starts late",
    CLIPS.pictureLate,
    {
      ...SMALL,
      ...{ frames: 126, seconds: 5.04, sound: "stereo" },
      warnings: ["The picture begins 2.0 s after the sound: its first frame is shown before."],
    },
  ],
  ["one frame", CLIPS.oneFrame, { ...SMALL, frames: 1, seconds: 0.04, sound: "none" }],
  // Containers
  [
    "a WebM of MediaRecorder, without a duration",
    CLIPS.mediaRecorder,
    { rungs: "160x120", fps: "25/1", frames: 75, seconds: 3, sound: "stereo" },
  ],
  ["a fragmented MP4", CLIPS.fragmented, { ...SMALL, frames: 75, seconds: 3.04, sound: "stereo" }],
];

/** Of the same classes as rows above, or as those of the tests that a comment names. */
const FURTHER_ROWS: readonly Row[] = [
  ["23.976 fps", CLIPS.film, { ...SMALL, fps: "24000/1001", frames: 72, seconds: 3, sound: "stereo" }],
  ["59.94 fps", CLIPS.fps5994, { ...SMALL, fps: "60000/1001", frames: 120, seconds: 2, sound: "stereo" }],
  [
    "interlaced, top field first",
    CLIPS.topFieldFirst,
    { rungs: "720x480 540x360", fps: "30000/1001", frames: 60, seconds: 2, sound: "none" },
  ],
  ["10 bits", CLIPS.tenBits, { ...SMALL, frames: 50, seconds: 2, sound: "none" }],
  ["4:2:2", CLIPS.chroma422, { ...SMALL, frames: 50, seconds: 2, sound: "none" }],
  ["4:4:4", CLIPS.chroma444, { ...SMALL, frames: 50, seconds: 2, sound: "none" }],
  ["square", CLIPS.square, { rungs: "480x480 360x360", fps: "25/1", frames: 50, seconds: 2, sound: "none" }],
  ["mono", CLIPS.mono, { ...SMALL, frames: 50, seconds: 2, sound: "stereo" }],
  ["one frame of VP8", CLIPS.oneFrameWebm, { ...SMALL, frames: 1, seconds: 0.04, sound: "none" }],
  // As RGB, and as BT.2020 in 10 bits of matrix/color.test.ts.
  ["4:2:2 in 10 bits", CLIPS.chroma422In10Bits, { ...SMALL, frames: 50, seconds: 2, sound: "none" }],
  // As the first row of matrix/changing-tracks.test.ts.
  [
    "a picture that grows inside",
    CLIPS.growsInside,
    { rungs: "640x360", fps: "25/1", frames: 100, seconds: 4, sound: "none" },
  ],
  // As matrix/track-choice.test.ts; processor/media/source/choose-streams.test.ts has every order.
  [
    "three tracks of sound, of which the file prefers the second",
    CLIPS.threeTracks,
    {
      ...SMALL,
      ...{ frames: 50, seconds: 2, sound: "stereo" },
      warnings: ["Left out: a further audio track 1 (aac, eng).", "Left out: a further audio track 3 (aac, fra)."],
    },
  ],
  // The origin is another one, as where it is before zero.
  ["a start an hour late", CLIPS.startsAnHourLate, { ...SMALL, frames: 75, seconds: 3, sound: "stereo" }],
  // As matrix/track-holes.test.ts, whose sound begins after 20 seconds.
  ["sound that starts late", CLIPS.soundLate, { ...SMALL, frames: 75, seconds: 3, sound: "stereo" }],
  // Between one frame and two seconds.
  ["one second", CLIPS.oneSecond, { ...SMALL, frames: 25, seconds: 1, sound: "stereo" }],
  // As one frame, and as sound that continues in transcode.test.ts.
  [
    "one frame with sound",
    CLIPS.oneFrameWithSound,
    {
      ...SMALL,
      ...{ frames: 75, seconds: 3, sound: "stereo" },
      warnings: ["The picture ends 3.0 s before the sound: its last frame stays."],
    },
  ],
  // As the three short clips of matrix/source-time.test.ts.
  ["a clock that starts again", CLIPS.twoClocks, { ...SMALL, frames: 150, seconds: 6, sound: "stereo" }],
];

describe("an input becomes what it should", () => {
  it.each(LONG ? [...ROWS, ...FURTHER_ROWS] : ROWS)("%s", async (_name, maker, expected, options) => {
    expect(describeConversion(await convert(await clipPath(maker), folder, options))).toEqual(expected);
  });

  const minutes = LONG ? 180 : 2;
  it(`${minutes} minutes of a frame a second`, { timeout: 1_800_000 }, async () => {
    const result = await convert(await clipPath(longClip(minutes)), folder, { measured: false });
    if (result.kind === "refused") throw new Error(result.reason);
    expect(result.seconds).toBeCloseTo(minutes * 60, 0);
    expect(result.plan.frameRate).toEqual({ numerator: 10, denominator: 1 });
    expect(result.segmentCount).toBe(minutes * 10);
    expect(result.warnings).toEqual([]);
  });
});

/** The others only cut the same film at another place. */
const SEEDS = Array.from({ length: LONG ? 20 : 1 }, (_, seed) => seed);

describe("a file that was cut off", () => {
  const CUT = "The file was cut off before its end: what is there was converted.";

  /** A cut somewhere between 5 and 95 % of a clip. */
  async function cut(maker: ClipMaker, seed: number): Promise<{ path: string; share: number; bytes: number }> {
    const whole = await readFile(await clipPath(maker));
    const bytes = Math.floor(whole.length * (0.05 + 0.9 * seededRandom(seed)()));
    const path = join(folder, `cut-${seed}-${maker.fileName}`);
    await writeFile(path, whole.subarray(0, bytes));
    return { path, bytes, share: bytes / whole.length };
  }

  it.each(SEEDS)("is refused where the index comes first: MP4, seed %i", async (seed) => {
    const result = await convert((await cut(CLIPS.indexFirst, seed)).path, folder);
    expect(describeConversion(result)).toEqual({
      refused: expect.stringMatching(
        /^The file is incomplete: [0-5]\.\d of 6\.0 seconds are there\. Upload it again\.$/,
      ),
    });
  });

  it.each(SEEDS)("is refused where the index would come last: MP4, seed %i", async (seed) => {
    const result = await convert((await cut(CLIPS.plain, seed)).path, folder);
    expect(describeConversion(result)).toEqual({
      refused: `The file could not be read as video or audio: its index is missing, as when an upload was cut off or a recording was never finished. ${CHECK_AND_RETRY}`,
    });
  });

  const CUTTABLE = [
    ["Matroska", CLIPS.plainMatroska, 0],
    ["a transport stream", CLIPS.plainTransportStream, 1],
    // Cut between fragments or inside one, as Matroska is between clusters or inside one.
    ...(LONG ? ([["a fragmented MP4", CLIPS.plainFragmented, 2]] as const) : []),
  ] as const;
  describe.each(CUTTABLE)("is converted with a warning where it can be played so far: %s", (kind, maker, short) => {
    it.each(LONG ? SEEDS : [short])("seed %i", async (seed) => {
      const { path, share, bytes } = await cut(maker, seed);
      const result = await convert(path, folder, { measured: false });
      if (result.kind === "refused") throw new Error(result.reason);
      expect(Math.abs(result.seconds / 6 - share)).toBeLessThan(0.1);
      // A cut between two packets leaves no trace.
      const unseen = kind === "a transport stream" && bytes % 188 === 0;
      expect(result.warnings).toEqual(unseen ? [] : [CUT]);
    });
  });

  it("is converted with a warning where only its last moment is missing: MP4 with the index first", async () => {
    const path = join(folder, "last-moment.mp4");
    const whole = await readFile(await clipPath(CLIPS.indexFirst));
    await writeFile(path, whole);
    await truncate(path, Math.floor(whole.length * 0.97));
    const result = await convert(path, folder, { measured: false });
    expect(result).toMatchObject({
      warnings: [expect.stringMatching(/^The last 0\.[12] seconds of the file are missing/)],
    });
  });
});

describe("what is no media is refused", () => {
  const SIZES = [0, 1, 100, 5_000, 100_000, 1_000_000];

  it.each(LONG ? SEEDS : [...SIZES.keys()])("random bytes, seed %i", async (seed) => {
    const random = seededRandom(seed);
    const bytes = Buffer.from(
      Array.from({ length: SIZES[seed % SIZES.length] ?? 0 }, () => Math.floor(random() * 256)),
    );
    const path = join(folder, `random-${seed}.mp4`);
    await writeFile(path, bytes);
    expect(describeConversion(await convert(path, folder))).toEqual({ refused: NOT_MEDIA });
  });

  it.each([
    ["a text", "Dear editor, the film follows by mail.\n"],
    ["a page of HTML", "<!doctype html><title>Not found</title>\n"],
  ])("%s", async (_, text) => {
    const path = join(folder, "text.mp4");
    await writeFile(path, text);
    expect(describeConversion(await convert(path, folder))).toEqual({ refused: NOT_MEDIA });
  });
});
