import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { convert } from "../../fixtures/media/convert.ts";
import { runFfmpeg } from "../../fixtures/media/generate-clip.ts";
import { measureTones } from "../../fixtures/media/measure-tones.ts";
import { hasRealClip, realClip } from "../../fixtures/media/real-clips.ts";

/* Files with several tracks of sound, each with its own tone: 400 Hz, 600 Hz, 800 Hz and so on. */

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "track-choice-"));
});
afterAll(() => rm(folder, { recursive: true }));

const PICTURE = ["-f", "lavfi", "-t", "1", "-i", "testsrc2=size=320x180:rate=25"];
const tone = (hertz: number) => ["-f", "lavfi", "-t", "1", "-i", `sine=frequency=${hertz}:sample_rate=48000`];
const H264 = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"];
const maps = (...inputs: readonly number[]) => inputs.flatMap((input) => ["-map", String(input)]);

type Row = {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly tones: { readonly left: number; readonly right: number } | null;
  readonly warnings?: readonly string[];
};

const both = (hertz: number) => ({ left: hertz, right: hertz });
const TWO_PROGRAMMES = [
  ...[...tone(400), ...PICTURE, ...tone(600), ...maps(0, 1, 2)],
  ...["-c:a", "mp2", ...H264, "-program", "title=radio:st=0", "-program", "title=tv:st=1:st=2"],
];

const ROWS: readonly Row[] = [
  {
    name: "the sound of the picture's programme, after a radio programme",
    file: "programmes.ts",
    args: TWO_PROGRAMMES,
    tones: both(600),
    warnings: ["Left out: a further audio track 0 (mp2)."],
  },
  {
    name: "the main sound, after a commentary that the file lists first",
    file: "commentary.mkv",
    args: [
      ...[...PICTURE, ...tone(400), ...tone(600), ...maps(0, 1, 2), ...H264, "-c:a", "aac"],
      ...["-disposition:a:0", "comment", "-disposition:a:1", "0"],
    ],
    tones: both(600),
    warnings: ["Left out: a further audio track 1 (aac)."],
  },
  {
    name: "mono tracks of PCM as left and right",
    file: "mono.mxf",
    args: [
      ...[...PICTURE, ...tone(400), ...tone(600), ...tone(800), ...maps(0, 1, 2, 3)],
      ...["-c:v", "mpeg2video", "-b:v", "2M", "-c:a", "pcm_s16le", "-ar", "48000"],
    ],
    tones: { left: 400, right: 600 },
    warnings: [
      "The mono audio tracks 1 and 2 became left and right.",
      "Left out: a further audio track 3 (pcm_s16le).",
    ],
  },
];

const LONG_ROWS: readonly Row[] = [
  {
    name: "the sound of the picture's programme, before a radio programme",
    file: "programmes-2.ts",
    args: [
      ...[...PICTURE, ...tone(400), ...tone(600), ...maps(0, 1, 2), "-c:a", "ac3", "-c:v", "mpeg2video"],
      ...["-program", "title=radio:st=2", "-program", "title=tv:st=0:st=1"],
    ],
    tones: both(400),
    warnings: ["Left out: a further audio track 0 (ac3)."],
  },
  {
    name: "no sound beside a picture whose programme has none",
    file: "programmes-3.ts",
    args: [
      ...[...PICTURE, ...tone(400), ...maps(0, 1), "-c:a", "aac", ...H264],
      ...["-program", "title=radio:st=1", "-program", "title=tv:st=0"],
    ],
    tones: null,
    warnings: ["Left out: a further audio track 0 (aac)."],
  },
  {
    name: "the main sound, after an audio description that is marked as default",
    file: "description.mp4",
    args: [
      ...[...PICTURE, ...tone(400), ...tone(600), ...maps(0, 1, 2), ...H264, "-c:a", "aac"],
      ...["-disposition:a:0", "default+visual_impaired", "-disposition:a:1", "0"],
    ],
    tones: both(600),
    warnings: ["Left out: a further audio track 1 (aac, und)."],
  },
  {
    name: "two mono tracks of a camera as left and right",
    file: "camera.mov",
    args: [
      ...[...PICTURE, ...tone(400), ...tone(600), ...maps(0, 1, 2), ...H264, "-c:a", "pcm_s24le"],
      ...["-disposition:a", "default"],
    ],
    tones: { left: 400, right: 600 },
    warnings: ["The mono audio tracks 1 and 2 became left and right."],
  },
  {
    name: "one of two mono tracks in two languages",
    file: "languages.mov",
    args: [
      ...[...PICTURE, ...tone(400), ...tone(600), ...maps(0, 1, 2), ...H264, "-c:a", "pcm_s16le"],
      ...["-metadata:s:a:0", "language=eng", "-metadata:s:a:1", "language=deu", "-disposition:a", "default"],
    ],
    tones: both(400),
    warnings: ["Left out: a further audio track 2 (pcm_s16le)."],
  },
  {
    name: "one of two mono tracks of a codec for viewers",
    file: "alternates.mp4",
    args: [...PICTURE, ...tone(400), ...tone(600), ...maps(0, 1, 2), ...H264, "-c:a", "aac"],
    tones: both(400),
    warnings: ["Left out: a further audio track 2 (aac, und)."],
  },
];

const rows = process.env.LONG_TESTS === "1" ? [...ROWS, ...LONG_ROWS] : ROWS;

/** Encoding moves the crossings of a tone a little, and the tones are 200 Hz apart. */
const near = (hertz: number) => expect.closeTo(hertz, -2);

async function converted(path: string) {
  const result = await convert(path, folder, { measured: false });
  if (result.kind === "refused") throw new Error(result.reason);
  const [paths = []] = result.segmentPaths;
  return { tones: result.plan.audio && (await measureTones(paths)), warnings: result.warnings };
}

describe("of several tracks, a ladder takes", () => {
  it.each(rows)("$name", async ({ file, args, tones, warnings = [] }) => {
    const path = join(folder, file);
    await runFfmpeg([...args, path]);
    expect(await converted(path)).toEqual({
      tones: tones && { left: near(tones.left), right: near(tones.right) },
      warnings,
    });
  });
});

describe("of several tracks in a broadcast, a ladder takes", () => {
  const REAL = [
    ["c11-two-programmes.ts", "the sound of the picture's programme", 2],
    ["c12-audio-description-first.ts", "the main sound", 2],
    ["c13-mono-tracks.mxf", "left and right", 1],
  ] as const;
  for (const [name, title, streamIndex] of REAL) {
    it.skipIf(process.env.LONG_TESTS !== "1" || !hasRealClip(`faults/${name}`))(`${title}: ${name}`, async () => {
      const result = await convert(realClip(`faults/${name}`), folder, { measured: false });
      if (result.kind === "refused") throw new Error(result.reason);
      expect(result.plan.audio).toMatchObject({ streamIndex, rightStreamIndex: name.startsWith("c13") ? 2 : null });
    });
  }
});
