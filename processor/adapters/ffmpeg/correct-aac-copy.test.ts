import { mkdtemp, open, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runFfmpeg } from "../../../test/fixtures/media/generate-clip.ts";
import { AAC_COPY_OUTPUT, AacCopyReader, type AacFrame } from "../../media/source/aac-copy.ts";
import { RetryableError } from "../../retryable-error.ts";
import type { WritableFile } from "../file-bytes.ts";
import { correctAacCopy, correctFrames } from "./correct-aac-copy.ts";

const STEREO = 2;
const MONO = 1;

let folder: string;
let original: Buffer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "aac-copy-"));
  const [sound, copy] = [join(folder, "sound.m4a"), join(folder, "sound.ts")];
  await runFfmpeg(["-f", "lavfi", "-i", "sine=440:r=48000:d=4", "-ac", "2", "-c:a", "aac", sound]);
  await runFfmpeg(["-i", sound, ...AAC_COPY_OUTPUT, copy]);
  original = await readFile(copy);
});
afterAll(() => rm(folder, { recursive: true }));

async function copyOf(bytes: Buffer): Promise<string> {
  const path = join(folder, "copy.ts");
  await writeFile(path, bytes);
  return path;
}

function framesOf(bytes: Buffer): AacFrame[] {
  const frames: AacFrame[] = [];
  const reader = new AacCopyReader((frame) => frames.push(frame));
  reader.push(bytes);
  reader.finish();
  return frames;
}

/** As a file system may: one call moves `most` bytes and no more. */
function inSmallSteps(file: WritableFile, most: number): WritableFile {
  const read = (bytes: Buffer, offset: number, length: number, position: number) =>
    file.read(bytes, offset, Math.min(length, most), position);
  const write = (bytes: Buffer, offset: number, length: number, position: number) =>
    file.write(bytes, offset, Math.min(length, most), position);
  return { stat: () => file.stat(), read, write } as unknown as WritableFile;
}

describe("the correction of a copied AAC track", () => {
  it("reaches every frame where each read and write moves fewer bytes than asked", async () => {
    const path = await copyOf(original);
    const frames = framesOf(original).length;
    await using file = await open(path, "r+");
    await correctFrames(inSmallSteps(file, 1000), [
      { frames: 100, configuration: MONO },
      { frames: frames - 100, configuration: STEREO },
    ]);
    const corrected = framesOf(await readFile(path)).map(({ configuration }) => configuration);
    expect(corrected).toEqual([...Array(100).fill(MONO), ...Array(frames - 100).fill(STEREO)]);
  });

  it("fails with a retryable error where the copy ends inside a packet", async () => {
    const path = await copyOf(original.subarray(0, original.length - 100));
    const runs = [{ frames: framesOf(original).length, configuration: MONO }];
    await expect(correctAacCopy(path, runs)).rejects.toThrow(RetryableError);
  });

  it("fails with a retryable error where the file becomes shorter while it is read", async () => {
    const path = await copyOf(original);
    await using file = await open(path, "r+");
    const shrinking = {
      stat: async () => {
        const stats = await file.stat();
        await truncate(path, original.length - 188);
        return stats;
      },
      read: file.read.bind(file),
      write: file.write.bind(file),
    } as unknown as WritableFile;
    const runs = [{ frames: framesOf(original).length, configuration: MONO }];
    await expect(correctFrames(shrinking, runs)).rejects.toThrow(RetryableError);
  });

  it.each([
    ["fewer", -1],
    ["more", 1],
  ])("fails with a retryable error where the copy holds %s frames than were counted", async (_, difference) => {
    const path = await copyOf(original);
    const runs = [{ frames: framesOf(original).length - difference, configuration: MONO }];
    await expect(correctAacCopy(path, runs)).rejects.toThrow(RetryableError);
  });
});

describe("the reader of a copied AAC track", () => {
  it("reports a copy that ends inside a packet", () => {
    const reader = new AacCopyReader(() => {});
    reader.push(original.subarray(0, original.length - 100));
    expect(reader.finish()).toBe(false);
  });
});
