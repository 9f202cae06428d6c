import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { convert } from "../../fixtures/media/convert.ts";
import { runFfmpeg } from "../../fixtures/media/generate-clip.ts";
import { measureContinuity } from "../../fixtures/media/measure-continuity.ts";
import { measureRung, syncErrors } from "../../fixtures/media/measure-rung.ts";
import { PICTURE, piece, SOUND } from "./timed-rows.ts";

/* Sound whose timestamps lie up to 20 ms around a steady clock, as some recorders and servers write them. */

const LONG = process.env.LONG_TESTS === "1";
const HERTZ = 437;
const SECONDS = LONG ? 8 : 3;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "jittered-sound-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** In milliseconds, as Matroska and FLV count; the first packet may be early or late itself. */
function jittered(most: number, first: number): string[] {
  const jitter = `if(eq(N,0),${first},floor((random(0)*2-1)*${most}))`;
  return ["-c", "copy", "-bsf:a", `setts=ts='TS+20+${jitter}'`];
}

async function tone(encoder: readonly string[], most: number, first: number, ending: string): Promise<string> {
  const [steady, path] = [join(folder, `steady${ending}`), join(folder, `jittered${ending}`)];
  await runFfmpeg(["-f", "lavfi", "-i", `sine=${HERTZ}:r=48000:d=${SECONDS}`, ...encoder, steady]);
  await runFfmpeg(["-i", steady, ...jittered(most, first), path]);
  return path;
}

/** A resampler that stretches by two thousandths moves a window by a hundredth of a millisecond. */
const UNHEARD_SECONDS = 0.000_05;

describe("sound with jittered timestamps plays without a break", () => {
  const ROWS = [["AAC in Matroska, first packet late", [], 20, 20, ".mkv"]] as const;
  const LONG_ROWS = [
    ["AAC in Matroska, first packet early", [], 20, -20, ".mkv"],
    ["AAC in FLV", ["-ar", "44100"], 20, 0, ".flv"],
    ["Opus in WebM", ["-c:a", "libopus"], 15, -15, ".webm"],
    ["MP3 in Matroska", ["-c:a", "libmp3lame"], 20, 20, ".mkv"],
    ["PCM in Matroska", ["-c:a", "pcm_s16le"], 10, 10, ".mkv"],
    ["a clock of milliseconds", [], 1, 0, ".mkv"],
  ] as const;
  it.each(LONG ? [...ROWS, ...LONG_ROWS] : ROWS)("%s", async (_, encoder, most, first, ending) => {
    const path = await tone(encoder, most, first, ending);
    const result = await convert(path, folder, { resourceType: "AUDIO", measured: false });
    if (result.kind === "refused") throw new Error(result.reason);
    expect(result.warnings).toEqual([]);
    expect(result.seconds).toBeGreaterThan(SECONDS - 0.05);
    expect(result.seconds).toBeLessThan(SECONDS + 0.1);
    const { largestStepSeconds, softest } = await measureContinuity(result.segmentPaths[0] ?? [], HERTZ);
    expect(largestStepSeconds).toBeLessThan(UNHEARD_SECONDS);
    expect(softest).toBeGreaterThan(0.9);
  });
});

describe("sound with jittered timestamps stays with its picture", () => {
  it.skipIf(!LONG).each([
    ["Matroska", ".mkv"],
    ["FLV", ".flv"],
  ])("%s", async (_, ending) => {
    const [steady, path] = [join(folder, `film${ending}`), join(folder, `jittered-film${ending}`)];
    await piece({ path: steady, seconds: 12, picture: PICTURE, sound: { ...SOUND, sampleRate: 44_100 } });
    await runFfmpeg(["-i", steady, ...jittered(20, 0), path]);
    const result = await convert(path, folder, { measured: false });
    if (result.kind === "refused") throw new Error(result.reason);
    expect(result.warnings).toEqual([]);
    const errors = syncErrors(await measureRung(result.segmentPaths.at(-1) ?? []));
    expect(errors).toHaveLength(11);
    for (const { error } of errors) expect(Math.abs(error ?? Number.POSITIVE_INFINITY)).toBeLessThan(0.04);
  });
});
