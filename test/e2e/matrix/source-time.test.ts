import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Conversion, convert } from "../../fixtures/media/convert.ts";
import { generatePiece, type Piece } from "../../fixtures/media/flash-and-beep.ts";
import { runFfmpeg } from "../../fixtures/media/generate-clip.ts";
import { measureRung, syncErrors } from "../../fixtures/media/measure-rung.ts";
import { hasRealClip, realClip } from "../../fixtures/media/real-clips.ts";

/*
 * Sources whose clocks are out of the ordinary: pictures that stand still, tracks that begin late, packets without a
 * time. Each goes through the processor's own steps, and its flashes and beeps are measured on what comes out. One
 * small row of each kind runs always, the others with LONG_TESTS=1.
 */

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "source-time-"));
});
afterAll(() => rm(folder, { recursive: true }));

type Expected = {
  readonly seconds: number;
  /** Frames of each rung; null for sound alone. */
  readonly frames: number | null;
  /** The seconds at which a flash and its beep come together. */
  readonly together: readonly number[];
  /** The seconds at which only one of them comes, since the source lacks the other. */
  readonly alone?: readonly number[];
  readonly warnings?: readonly string[];
};

type Row = {
  readonly name: string;
  /** Writes the clip, in any container, and returns its path. */
  readonly make: (path: (fileName: string) => string) => Promise<string>;
  readonly expected: Expected;
  readonly long?: boolean;
  /** Clips of other makers flash white. */
  readonly labelled?: boolean;
};

const LIMIT_SECONDS = 0.04;
const PICTURE = { size: "320x180", frameRate: "25" };
const SOUND = { sampleRate: 48_000, channels: 1 } as const;
const seconds = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

async function piece(changes: Partial<Piece> & Pick<Piece, "path" | "seconds">): Promise<string> {
  await generatePiece({ picture: PICTURE, sound: SOUND, ...changes });
  return changes.path;
}

async function joined(path: string, parts: readonly string[]): Promise<string> {
  await writeFile(path, Buffer.concat(await Promise.all(parts.map((part) => readFile(part)))));
  return path;
}

/** Nothing new is shown between two times, as in the recording of a screen. */
const still = (from: number, to: number) => ({ filters: [`select='lt(t,${from})+gte(t,${to})'`] });
const VARIABLE = ["-fps_mode", "vfr"];

function fault(fileName: string, expected: Expected, labelled = false): Row {
  return { name: fileName, make: async () => realClip(`faults/${fileName}`), expected, long: true, labelled };
}

async function describeTimes(result: Conversion, labelled: boolean): Promise<Expected> {
  const { plan, rungs, warnings } = result;
  const longest = Math.max(...rungs.flatMap(({ segmentSeconds }) => segmentSeconds));
  if (longest > 6.1) throw new Error(`a segment is ${longest} s long`);
  const frame = plan.frameRate ? plan.frameRate.denominator / plan.frameRate.numerator : 0;
  const { flashes, beeps } = await measureRung(result.segmentPaths.at(-1) ?? []);
  // A first frame that is held from the start may be a flash, which is then no mark of a time.
  const heldSeconds = plan.timeline.fillStart ? (plan.timeline.picture?.startSeconds ?? 0) : 0;
  const shown = flashes.filter(({ seconds: at }) => at >= heldSeconds - LIMIT_SECONDS);
  const errors = syncErrors({ flashes: shown, beeps }, { labelled });
  const apart = errors.filter(({ error }) => error !== null && Math.abs(error) > Math.max(LIMIT_SECONDS, frame));
  if (apart.length > 0) throw new Error(`sound and picture are apart: ${JSON.stringify(apart)}`);
  const at = (isPair: boolean) =>
    errors.filter(({ error }) => (error !== null) === isPair).map((e) => Math.round(e.seconds));
  return {
    seconds: Math.round(result.seconds * 10) / 10,
    frames: rungs[0]?.frames ?? null,
    together: at(true),
    ...(at(false).length > 0 ? { alone: at(false) } : {}),
    ...(warnings.length > 0 ? { warnings } : {}),
  };
}

const ROWS: readonly Row[] = [
  {
    name: "a picture that stands still for 11 seconds: MP4",
    make: (path) =>
      piece({ path: path("still.mp4"), seconds: 15, picture: { ...PICTURE, ...still(2, 13) }, container: VARIABLE }),
    expected: { seconds: 15, frames: 375, together: [1, 13, 14], alone: seconds(2, 13) },
  },
  {
    name: "a picture that stands still twice: Matroska with VP8",
    long: true,
    make: (path) =>
      piece({
        ...{ path: path("still.mkv"), seconds: 40, container: VARIABLE },
        picture: {
          ...{ ...PICTURE, encoder: ["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8"] },
          filters: ["select='lt(t,2)+between(t,13,14.9)+gte(t,37)'"],
        },
      }),
    expected: {
      ...{ seconds: 40, frames: 1000, together: [1, 13, 14, 37, 38, 39] },
      alone: [...seconds(2, 13), ...seconds(15, 37)],
    },
  },
  {
    name: "an elementary stream, which has no times: H.264",
    make: (path) => piece({ path: path("raw.h264"), seconds: 3, sound: null }),
    expected: { seconds: 3, frames: 75, together: [], alone: [1, 2] },
  },
  {
    name: "an elementary stream at 30000/1001: HEVC with B-frames",
    long: true,
    make: (path) =>
      piece({
        ...{ path: path("raw.hevc"), seconds: 4, sound: null },
        picture: { size: "320x180", frameRate: "30000/1001", encoder: ["-c:v", "libx265", "-preset", "ultrafast"] },
      }),
    expected: { seconds: 4, frames: 120, together: [], alone: [1, 2, 3] },
  },
  {
    name: "a recording that starts inside a group of pictures",
    make: async (path) => {
      const whole = await piece({ path: path("whole.ts"), seconds: 6, picture: { ...PICTURE, framesPerGop: 80 } });
      await runFfmpeg(["-i", whole, "-c", "copy", "-bsf:v", "noise=drop=lt(n\\,1)", path("inside.ts")]);
      return path("inside.ts");
    },
    expected: {
      ...{ seconds: 6, frames: 151, together: [4, 5], alone: [1, 2, 3] },
      warnings: ["The picture begins 3.2 s after the sound: its first frame is shown before."],
    },
  },
  {
    name: "hidden reference frames: VP8 in WebM",
    make: (path) =>
      piece({
        ...{ path: path("hidden.webm"), seconds: 3 },
        picture: {
          ...{ size: "160x90", frameRate: "25" },
          encoder: [
            "-c:v",
            "libvpx",
            "-deadline",
            "good",
            "-cpu-used",
            "5",
            "-auto-alt-ref",
            "1",
            "-lag-in-frames",
            "16",
          ],
        },
        sound: { ...SOUND, encoder: ["-c:a", "libopus"] },
      }),
    expected: { seconds: 3, frames: 75, together: [1, 2] },
  },
  {
    name: "a frame a second, of which none is decoded before zero",
    make: (path) => piece({ path: path("slides.mp4"), seconds: 8, picture: { size: "320x180", frameRate: "1" } }),
    expected: { seconds: 8, frames: 8, together: [1], alone: seconds(2, 8) },
  },
  {
    name: "an unused track of sound that begins a second before the others: MPEG-TS",
    make: async (path) => {
      const main = await piece({ path: path("main.ts"), seconds: 3, clockOffsetSeconds: 2 });
      const tracks = ["-map", "0:v", "-map", "0:a", "-map", "1:a", "-c:v", "copy", "-c:a", "aac"];
      const early = ["-f", "lavfi", "-t", "4", "-i", "sine=frequency=300:sample_rate=48000"];
      await runFfmpeg(["-itsoffset", "1", "-i", main, ...early, ...tracks, path("early-track.ts")]);
      return path("early-track.ts");
    },
    expected: {
      ...{ seconds: 3, frames: 75, together: [1, 2] },
      warnings: ["Left out: a further audio track 2 (aac)."],
    },
  },
  {
    name: "sound that begins after 20 seconds: MPEG-TS",
    make: async (path) => {
      const whole = await piece({ path: path("silent.ts"), seconds: 23, picture: { ...PICTURE, frameRate: "5" } });
      const late = ["-af", "aselect='gte(t,20)'", "-c:v", "copy", "-c:a", "aac"];
      await runFfmpeg(["-i", whole, ...late, path("late-sound.ts")]);
      return path("late-sound.ts");
    },
    expected: { seconds: 23, frames: 115, together: [20, 21, 22], alone: seconds(1, 20) },
  },
  {
    name: "three short clips one after the other, each from zero: MPEG-TS",
    make: async (path) => {
      const clips = await Promise.all(
        [0, 1, 2].map((n) => piece({ path: path(`clip-${n}.ts`), seconds: 3, firstLabel: 3 * n })),
      );
      return joined(path("clips.ts"), clips);
    },
    expected: { seconds: 9, frames: 225, together: [1, 2, 4, 5, 7, 8] },
  },
  {
    name: "two films one after the other: MPEG-PS with MPEG-2",
    long: true,
    make: async (path) => {
      const picture = { ...PICTURE, encoder: ["-c:v", "mpeg2video", "-b:v", "1M", "-bf", "2"] };
      const sound = { ...SOUND, encoder: ["-c:a", "mp2"] };
      const films = await Promise.all(
        [0, 1].map((n) => piece({ path: path(`film-${n}.mpg`), seconds: 4, picture, sound, firstLabel: 4 * n })),
      );
      return joined(path("films.mpg"), films);
    },
    expected: { seconds: 8, frames: 200, together: [1, 2, 3, 5, 6, 7] },
  },
  {
    name: "12 seconds without a picture, while the sound continues: MPEG-TS",
    long: true,
    make: async (path) => {
      const whole = await piece({ path: path("with-all.ts"), seconds: 18, picture: { ...PICTURE, framesPerGop: 25 } });
      const drop = ["-c", "copy", "-bsf:v", "noise=drop=gte(n\\,75)*lt(n\\,375)"];
      await runFfmpeg(["-i", whole, ...drop, path("hole.ts")]);
      return path("hole.ts");
    },
    expected: {
      ...{ seconds: 18, frames: 450, together: [1, 2, 15, 16, 17], alone: seconds(3, 15) },
      warnings: ["The picture is missing for 12.0 s: its last frame stays."],
    },
  },
  {
    name: "sound whose packets have no length: TTA in Matroska",
    make: (path) =>
      piece({ path: path("laced.mka"), seconds: 3, picture: null, sound: { ...SOUND, encoder: ["-c:a", "tta"] } }),
    expected: {
      ...{ seconds: 3, frames: null, together: [], alone: [1, 2] },
      warnings: ["The file has no picture: it is offered as audio."],
    },
  },
  fault("b1-joined-short-clips.ts", { seconds: 12.1, frames: 302, together: [1, 2, 3, 5, 6, 7, 9, 10, 11] }),
  fault("e9c-picture-hole-12s.ts", {
    ...{ seconds: 20, frames: 500, together: [1, 2, 3, 16, 17, 18, 19], alone: seconds(4, 16) },
    warnings: ["The picture is missing for 12.0 s: its last frame stays."],
  }),
  fault("c2-chained.ogg", {
    ...{ seconds: 9, frames: null, together: [], alone: [1, 2, 3, 5, 6, 7, 8] },
    warnings: ["The file has no picture: it is offered as audio."],
  }),
  fault("b3-mid-gop.ts", {
    ...{ seconds: 11.4, frames: 285, together: seconds(4, 11), alone: [0, 1, 2, 3] },
    warnings: ["The picture begins 3.4 s after the sound: its first frame is shown before."],
  }),
  fault("c9c-empty-edit-first.mp4", {
    ...{ seconds: 8, frames: 200, together: seconds(3, 8), alone: [1, 2] },
    warnings: ["The picture begins 2.0 s after the sound: its first frame is shown before."],
  }),
  fault("e1-sound-after-20s.ts", { seconds: 24, frames: 600, together: seconds(20, 24), alone: seconds(1, 20) }),
  fault("f2-no-pts-at-end.ts", { seconds: 6, frames: 150, together: seconds(1, 6) }),
  fault("o1-scte35.ts", { seconds: 0.1, frames: 3, together: [], alone: [0] }),
  fault("q1-tab-capture.webm", { seconds: 4.2, frames: 127, together: [] }),
  fault("c20-one-fps.mp4", { seconds: 12, frames: 12, together: [1], alone: seconds(2, 12) }),
  fault("c1-raspivid.h264", { seconds: 4, frames: 100, together: [], alone: [1, 2, 3] }),
  fault("c3-vp8-altref.webm", { seconds: 6, frames: 150, together: [], alone: seconds(0, 6) }),
  fault("e2-hidden-vp9-frames.webm", { seconds: 3, frames: 72, together: [], alone: [0, 1, 2, 2] }),
  fault("e21-zoom-still.mp4", { seconds: 16, frames: 400, together: [15], alone: seconds(1, 15) }),
];

const LONG = process.env.LONG_TESTS === "1";

describe("a source out of the ordinary keeps its time", () => {
  for (const { name, make, expected, labelled = true, long } of ROWS) {
    const isAbsent = !labelled && !hasRealClip(`faults/${name}`);
    it.skipIf((long && !LONG) || isAbsent)(name, async () => {
      const work = await mkdtemp(join(folder, "clip-"));
      const result = await convert(await make((fileName) => join(work, fileName)), folder);
      if (result.kind === "refused") throw new Error(result.reason);
      expect(await describeTimes(result, labelled)).toEqual(expected);
    });
  }
});
