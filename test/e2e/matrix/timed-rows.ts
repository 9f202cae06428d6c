import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Conversion, convert } from "../../fixtures/media/convert.ts";
import { generatePiece, type Piece } from "../../fixtures/media/flash-and-beep.ts";
import { measureRung, syncErrors } from "../../fixtures/media/measure-rung.ts";
import { hasRealClip, realClip } from "../../fixtures/media/real-clips.ts";

/*
 * Sources whose clocks are out of the ordinary. Each goes through the processor's own steps, and its flashes and beeps
 * are measured on what comes out. One small row of each kind runs always, the others with LONG_TESTS=1.
 */

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

export type Row = {
  readonly name: string;
  /** Writes the clip, in any container, and returns its path. */
  readonly make: (path: (fileName: string) => string) => Promise<string>;
  readonly expected: Expected;
  readonly long?: boolean;
  /** Clips of other makers flash white. */
  readonly labelled?: boolean;
};

const LIMIT_SECONDS = 0.04;
export const PICTURE = { size: "320x180", frameRate: "25" };
export const SOUND = { sampleRate: 48_000, channels: 1 } as const;
export const seconds = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

export async function piece(changes: Partial<Piece> & Pick<Piece, "path" | "seconds">): Promise<string> {
  await generatePiece({ picture: PICTURE, sound: SOUND, ...changes });
  return changes.path;
}

export async function joined(path: string, parts: readonly string[]): Promise<string> {
  await writeFile(path, Buffer.concat(await Promise.all(parts.map((part) => readFile(part)))));
  return path;
}

/** Nothing new is shown between two times, as in the recording of a screen. */
export const still = (from: number, to: number) => ({ filters: [`select='lt(t,${from})+gte(t,${to})'`] });
export const VARIABLE = ["-fps_mode", "vfr"];

export function fault(fileName: string, expected: Expected, labelled = false): Row {
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

const LONG = process.env.LONG_TESTS === "1";

/** Tries each row as a test: its marks come where they should, together. */
export function tryTimedRows(title: string, rows: readonly Row[]): void {
  describe(title, () => {
    let folder: string;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "timed-rows-"));
    });
    afterAll(() => rm(folder, { recursive: true }));

    for (const { name, make, expected, labelled = true, long } of rows) {
      const isAbsent = !labelled && !hasRealClip(`faults/${name}`);
      it.skipIf((long && !LONG) || isAbsent)(name, async () => {
        const work = await mkdtemp(join(folder, "clip-"));
        const result = await convert(await make((fileName) => join(work, fileName)), folder);
        if (result.kind === "refused") throw new Error(result.reason);
        expect(await describeTimes(result, labelled)).toEqual(expected);
      });
    }
  });
}
