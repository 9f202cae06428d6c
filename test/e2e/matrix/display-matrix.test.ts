import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { convert } from "../../fixtures/media/convert.ts";
import { discClip, discShape } from "../../fixtures/media/disc.ts";

/* The matrix of a track in MP4 and its relatives, which says how a player turns the picture. */

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "display-matrix-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** ISO/IEC 14496-12, 8.3.2: where the matrix stands after the name of a `tkhd` box of version 0. */
const MATRIX_OFFSET = 44;
const MATRIX_BYTES = 36;

const CLIPS = [
  ["H.264 in MP4", "zeros.mp4", ["-c:v", "libx264", "-preset", "ultrafast"]],
  ["Motion JPEG in QuickTime", "zeros.mov", ["-c:v", "mjpeg"]],
  ["MPEG-4 in 3GP", "zeros.3gp", ["-c:v", "mpeg4"]],
] as const;

describe.runIf(process.env.LONG_TESTS === "1")("a display matrix of zeros turns nothing", () => {
  it.each(CLIPS)("%s", async (_name, file, codec) => {
    const path = join(folder, file);
    await discClip(path, codec, "1/1");
    const bytes = await readFile(path);
    const matrix = bytes.indexOf("tkhd") + MATRIX_OFFSET;
    // An upright picture: 1, 0, 0, 0, 1, 0, 0, 0, 1 in fixed point.
    expect([bytes.readUInt32BE(matrix), bytes.readUInt32BE(matrix + 16)]).toEqual([0x10000, 0x10000]);
    await writeFile(path, bytes.fill(0, matrix, matrix + MATRIX_BYTES));
    const result = await convert(path, folder);
    if (result.kind === "refused") throw new Error(result.reason);
    expect(result.rungs).toMatchObject([{ width: 320, height: 240 }]);
    expect(await discShape(result.segmentPaths[0] ?? [], 0.5)).toBeCloseTo(1, 1);
  });
});
