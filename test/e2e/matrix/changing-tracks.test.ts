import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { convert } from "../../fixtures/media/convert.ts";
import { discClip, discShape } from "../../fixtures/media/disc.ts";
import type { Piece, PiecePicture, PieceSound } from "../../fixtures/media/flash-and-beep.ts";
import { type Join, joinFiles, joinPieces } from "../../fixtures/media/joined-clips.ts";
import { measureRung, syncErrors } from "../../fixtures/media/measure-rung.ts";
import { hasRealClip, realClip } from "../../fixtures/media/real-clips.ts";

/*
 * Tracks that change on their way: size, shape, pixels, channels, sample rate. Each second's flash and beep stay
 * together, and every rung has one size. LONG_TESTS=1 takes all rows.
 */

const LONG = process.env.LONG_TESTS === "1";
const TOLERANCE_SECONDS = 0.04;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "changing-tracks-"));
});
afterAll(() => rm(folder, { recursive: true }));

type Row = {
  readonly name: string;
  readonly ending: string;
  readonly how: Join;
  readonly pieces: readonly (readonly [picture: Partial<PiecePicture>, sound?: Partial<PieceSound>])[];
  /** Of the top rung. */
  readonly size: string;
};

const MPEG2 = ["-c:v", "mpeg2video", "-b:v", "1M"];
const AC3 = ["-c:a", "ac3"];

const ROWS: readonly (Row & { readonly long: boolean })[] = [
  {
    name: "size, shape, channels and sample rate at once, H.264 and AAC in a transport stream",
    ...{ long: false, ending: ".ts", how: "bytes", size: "320x180" },
    pieces: [[{}], [{ size: "256x192" }, { channels: 6, sampleRate: 44_100 }], [{}, { channels: 1 }]],
  },
  {
    name: "MPEG-2 that grows, AC-3 that goes to 5.1",
    ...{ long: true, ending: ".ts", how: "bytes", size: "640x360" },
    pieces: [
      [{ encoder: MPEG2 }, { encoder: AC3 }],
      [
        { encoder: MPEG2, size: "640x360" },
        { encoder: AC3, channels: 6 },
      ],
    ],
  },
  {
    name: "MPEG-2 that shrinks and turns upright, MP2 from 48 to 32 kHz",
    ...{ long: true, ending: ".ts", how: "bytes", size: "640x360" },
    pieces: [
      [{ encoder: MPEG2, size: "640x360" }, { encoder: ["-c:a", "mp2"] }],
      [
        { encoder: MPEG2, size: "180x320" },
        { encoder: ["-c:a", "mp2"], sampleRate: 32_000 },
      ],
    ],
  },
  {
    name: "ten bits, 4:4:4 and eight bits again, H.264 profiles from High to High 4:4:4",
    ...{ long: true, ending: ".ts", how: "bytes", size: "320x180" },
    pieces: [[{}], [{ pixelFormat: "yuv420p10le" }], [{ pixelFormat: "yuv444p" }], [{}]],
  },
  {
    name: "interlaced, then progressive and larger",
    ...{ long: true, ending: ".ts", how: "bytes", size: "640x360" },
    pieces: [
      [{ encoder: [...MPEG2, "-flags", "+ilme+ildct"], filters: ["setfield=tff"] }],
      [{ encoder: MPEG2, size: "640x360" }],
    ],
  },
  {
    name: "several sample descriptions in MP4, of size",
    ...{ long: true, ending: ".mp4", how: "concat", size: "640x360" },
    pieces: [[{}], [{ size: "640x360" }], [{}]],
  },
  {
    name: "VP8 and Vorbis in WebM that grows, as calls do",
    ...{ long: true, ending: ".webm", how: "concat", size: "640x360" },
    pieces: [
      [{ encoder: ["-c:v", "libvpx", "-deadline", "realtime", "-b:v", "1M"] }, { encoder: ["-c:a", "libvorbis"] }],
      [
        { encoder: ["-c:v", "libvpx", "-deadline", "realtime", "-b:v", "1M"], size: "640x360" },
        { encoder: ["-c:a", "libvorbis"] },
      ],
    ],
  },
];

/** Joined by bytes, their clocks run on, as those of a broadcast do. */
function piecesOf({ pieces, how }: Row): Omit<Piece, "path">[] {
  return pieces.map(([picture, sound = {}], i) => ({
    seconds: 3,
    clockOffsetSeconds: how === "bytes" ? i * 3 : 0,
    picture: { size: "320x180", frameRate: "25", ...picture },
    sound: { channels: 2, sampleRate: 48_000, ...sound },
  }));
}

/** The largest error of sync in the lowest rung, and how many seconds have both flash and beep. */
async function convertAndMeasure(path: string, labelled: boolean) {
  const result = await convert(path, folder);
  if (result.kind === "refused") throw new Error(result.reason);
  const times = await measureRung(result.segmentPaths.at(-1) ?? []);
  const errors = syncErrors(times, { labelled });
  const worst = Math.max(...errors.map(({ error }) => (error === null ? Number.POSITIVE_INFINITY : Math.abs(error))));
  const [top] = result.rungs;
  return { seconds: result.seconds, size: `${top?.width}x${top?.height}`, marks: errors.length, worst };
}

describe("what changes on the way comes out in one size and in sync", () => {
  it.each(ROWS.filter(({ long }) => LONG || !long))("$name", async (row) => {
    const path = join(folder, `${row.name.replace(/\W+/g, "-")}${row.ending}`);
    await joinPieces(path, row.how, piecesOf(row));
    const seconds = row.pieces.length * 3;
    const found = await convertAndMeasure(path, true);
    expect(found).toMatchObject({ size: row.size, marks: row.pieces.length * 2 });
    expect(Math.abs(found.seconds - seconds)).toBeLessThan(0.2);
    expect(found.worst).toBeLessThanOrEqual(TOLERANCE_SECONDS);
  });

  it.skipIf(!LONG || !hasRealClip("faults/a1-stereo-to-51.ts"))("AC-3 from 2.0 to 5.1, as broadcast", async () => {
    const found = await convertAndMeasure(realClip("faults/a1-stereo-to-51.ts"), false);
    expect(found).toMatchObject({ seconds: 8, marks: 7 });
    expect(found.worst).toBeLessThanOrEqual(TOLERANCE_SECONDS);
  });

  it.skipIf(!LONG || !hasRealClip("faults/a2-size-change-sound.ts"))("a size change under sound", async () => {
    const found = await convertAndMeasure(realClip("faults/a2-size-change-sound.ts"), false);
    expect(found).toMatchObject({ seconds: 8, size: "640x360", marks: 7 });
    expect(found.worst).toBeLessThanOrEqual(TOLERANCE_SECONDS);
  });

  it.skipIf(!LONG || !hasRealClip("faults/a5-mono-then-stereo.mp3"))("MP3 from mono to stereo", async () => {
    const result = await convert(realClip("faults/a5-mono-then-stereo.mp3"), folder, { resourceType: "AUDIO" });
    if (result.kind === "refused") throw new Error(result.reason);
    expect(result.seconds).toBeCloseTo(8.1, 1);
    const { sound, beeps } = await measureRung(result.segmentPaths[0] ?? []);
    expect((sound?.end ?? 0) - (sound?.start ?? 0)).toBeCloseTo(8.1, 1);
    expect(beeps).toHaveLength(6);
  });
});

describe("a circle stays a circle", () => {
  const CODECS = [
    ["MPEG-2", ["-c:v", "mpeg2video", "-b:v", "2M"], ".ts", "1/1", "4/3", false],
    ["H.264", ["-c:v", "libx264", "-preset", "ultrafast"], ".ts", "1/1", "16/11", true],
    ["H.264 that begins wide", ["-c:v", "libx264", "-preset", "ultrafast"], ".ts", "4/3", "1/1", true],
  ] as const;
  const rows = CODECS.filter(([, , , , , long]) => LONG || !long);
  it.each(rows)(
    "keeps its shape when only the pixel aspect changes: %s",
    async (name, codec, ending, before, after) => {
      const pieces = [join(folder, `${name}-1${ending}`), join(folder, `${name}-2${ending}`)];
      await discClip(pieces[0] ?? "", codec, before, 0);
      await discClip(pieces[1] ?? "", codec, after, 2);
      const path = join(folder, `${name}${ending}`);
      await joinFiles(pieces, path, "bytes");
      await expectRound(path, [0.5, 3]);
    },
  );

  const real = "faults/c16b-circle.ts";
  it.skipIf(!LONG || !hasRealClip(real))("MPEG-2 from 4:3 to 16:9, as broadcast", () =>
    expectRound(realClip(real), [1, 6]),
  );

  async function expectRound(path: string, times: readonly number[]): Promise<void> {
    const result = await convert(path, folder);
    if (result.kind === "refused") throw new Error(result.reason);
    for (const paths of result.segmentPaths) {
      for (const seconds of times) expect(await discShape(paths, seconds)).toBeCloseTo(1, 1);
    }
  }
});
