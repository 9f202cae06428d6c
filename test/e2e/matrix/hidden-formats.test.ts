import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { convert } from "../../fixtures/media/convert.ts";
import type { PieceSound } from "../../fixtures/media/flash-and-beep.ts";
import { runFfmpeg } from "../../fixtures/media/generate-clip.ts";
import { joinFiles, joinPieces } from "../../fixtures/media/joined-clips.ts";
import { measureRung, syncErrors } from "../../fixtures/media/measure-rung.ts";

/*
 * AAC of several formats under one description, as `ffmpeg -f concat -c copy` makes it. The description holds for the
 * first recording alone, and decoders lose the others or play them at a wrong pitch.
 */

const LONG = process.env.LONG_TESTS === "1";
const PIECE_SECONDS = 2;
const TOLERANCE_SECONDS = 0.04;
const DIFFERS = /^The file was joined from recordings whose sound differs in format/;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "hidden-formats-"));
});
afterAll(() => rm(folder, { recursive: true }));

type Channels = PieceSound["channels"];

function pieces(channels: readonly Channels[], picture = true) {
  return channels.map((count) => ({
    seconds: PIECE_SECONDS,
    picture: picture ? { size: "320x180", frameRate: "25" } : null,
    sound: { channels: count, sampleRate: 48_000 },
  }));
}

/** One beep in each piece of two seconds; its pitch names the second. */
const labels = (count: number) => Array.from({ length: count }, (_, piece) => piece * PIECE_SECONDS + 1);

describe("sound whose channels change under one description", () => {
  it("plays from its first recording to its last: stereo, mono, stereo", async () => {
    const path = join(folder, "sound.m4a");
    await joinPieces(path, "concat", pieces([2, 1, 2], false));
    const result = await convert(path, folder, { resourceType: "AUDIO", measured: false });
    if (result.kind === "refused") throw new Error(result.reason);
    expect(result.warnings).toEqual([]);
    const { beeps } = await measureRung(result.segmentPaths[0] ?? []);
    expect(beeps.map(({ label }) => label)).toEqual(labels(3));
  });

  it.skipIf(!LONG).each([
    ["MP4, stereo, mono, stereo", ".mp4", [2, 1, 2]],
    ["MP4, mono, stereo, mono", ".mp4", [1, 2, 1]],
    ["MP4, 5.1, stereo, mono", ".mp4", [6, 2, 1]],
    ["Matroska, stereo, mono, stereo", ".mkv", [2, 1, 2]],
    ["QuickTime, stereo, mono, stereo", ".mov", [2, 1, 2]],
    ["FLV, mono, stereo", ".flv", [1, 2]],
  ] as const)("stays with its picture: %s", async (name, ending, channels) => {
    const path = join(folder, `${name.replace(/\W+/g, "-")}${ending}`);
    await joinPieces(path, "concat", pieces(channels));
    const result = await convert(path, folder, { measured: false });
    if (result.kind === "refused") throw new Error(result.reason);
    const errors = syncErrors(await measureRung(result.segmentPaths.at(-1) ?? []));
    expect(errors).toHaveLength(channels.length);
    for (const { error } of errors) expect(Math.abs(error ?? Number.POSITIVE_INFINITY)).toBeLessThan(TOLERANCE_SECONDS);
  });
});

describe("sound that goes from fewer channels to 5.1 under one description", () => {
  it.skipIf(!LONG).each([
    ["mono", [1, 6]],
    ["stereo", [2, 6, 2]],
  ] as const)("is refused with what to do: %s", async (name, channels) => {
    const path = join(folder, `surround-${name}.mp4`);
    await joinPieces(path, "concat", pieces(channels));
    expect(await convert(path, folder)).toEqual({
      kind: "refused",
      code: "mixed-recordings",
      reason: expect.stringMatching(DIFFERS),
    });
  });
});

describe("sound whose sample rate changes under one description", () => {
  it.skipIf(!LONG).each([".mp4", ".mkv"])("is refused with what to do, in %s", async (ending) => {
    const [joined, path] = [join(folder, `rates${ending}.ts`), join(folder, `rates${ending}`)];
    const recordings = [48_000, 44_100].map((sampleRate, i) => ({
      ...{ seconds: 4, clockOffsetSeconds: i * 4 },
      picture: { size: "320x180", frameRate: "25" },
      sound: { channels: 2, sampleRate } as const,
    }));
    await joinPieces(joined, "bytes", recordings);
    await runFfmpeg(["-i", joined, "-c", "copy", path]);
    expect(await convert(path, folder)).toEqual({
      kind: "refused",
      code: "mixed-recordings",
      reason: expect.stringMatching(DIFFERS),
    });
  });
});

describe("sound whose sample rate rises under one description, joined by ffmpeg's concat demuxer", () => {
  /** A tone, with a picture beside it or alone. */
  async function joined(rates: readonly number[], ending: string, picture: boolean): Promise<string> {
    const paths = [];
    for (const rate of rates) {
      const path = join(folder, `rise-${rate}${ending}`);
      const input = ["-f", "lavfi", "-i", `sine=437:r=${rate}:d=6`];
      const pictures = ["-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=6", "-c:v", "libx264", "-preset", "ultrafast"];
      await runFfmpeg([...input, ...(picture ? pictures : []), "-c:a", "aac", path]);
      paths.push(path);
    }
    const path = join(folder, `rise-${rates.join("-")}-${picture}${ending}`);
    await joinFiles(paths, path, "concat");
    return path;
  }

  it.skipIf(!LONG).each([
    ["44.1 and 48 kHz in MP4", [44_100, 48_000], ".mp4"],
    ["44.1 and 48 kHz in QuickTime", [44_100, 48_000], ".mov"],
    ["32 and 48 kHz in MP4", [32_000, 48_000], ".mp4"],
  ] as const)("is refused with what to do: %s", async (_, rates, ending) => {
    expect(await convert(await joined(rates, ending, true), folder)).toEqual({
      kind: "refused",
      code: "mixed-recordings",
      reason: expect.stringMatching(DIFFERS),
    });
  });

  it.skipIf(!LONG)("carries a warning where no picture shows its length", async () => {
    const path = await joined([44_100, 48_000], ".m4a", false);
    expect(await convert(path, folder, { resourceType: "AUDIO", measured: false })).toMatchObject({
      warnings: [expect.stringMatching(/^The sound has a gap as where recordings of different sample rates/)],
    });
  });
});
