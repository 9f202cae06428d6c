import { execFile } from "node:child_process";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { splitPackedSound } from "../../../processor/adapters/ffmpeg/split-packed-sound.ts";
import { convert } from "../../fixtures/media/convert.ts";
import { runFfmpeg } from "../../fixtures/media/generate-clip.ts";
import { MEDIA_TOOLS as tools } from "../../fixtures/media/media-tools.ts";
import { hasRealClip, realClip } from "../../fixtures/media/real-clips.ts";

/* Phones store several frames of AMR in a packet. */

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "packed-sound-"));
});
afterAll(() => rm(folder, { recursive: true }));

const signal = new AbortController().signal;

/** 20 ms of silence at 4.75 kbit/s (RFC 4867, 4.3): a table of contents, and a frame of zeros. */
const FRAME = Buffer.of(0x04, ...Array(12).fill(0));
const FRAMES = 150;

/** A memo of three seconds whose packets hold `frames` frames each. */
async function phoneMemo(container: "3gp" | "3g2", frames: number): Promise<string> {
  const [raw, path] = [join(folder, "memo.amr"), join(folder, `memo-${frames}.${container}`)];
  await writeFile(raw, Buffer.concat([Buffer.from("#!AMR\n"), ...Array(FRAMES).fill(FRAME)]));
  await runFfmpeg(["-i", raw, "-c:a", "copy", "-f", container, path]);
  await writeFile(path, joinSamples(await readFile(path), frames));
  return path;
}

/** Rewrites the tables of the AMR track: samples of several frames each, in as many chunks. */
function joinSamples(bytes: Buffer, frames: number): Buffer {
  const entry = bytes.lastIndexOf("damr");
  const table = (name: string) => bytes.indexOf(name, entry, "latin1") + 8;
  const [stts, stsz, stsc] = [table("stts"), table("stsz"), table("stsc")];
  const count = bytes.readUInt32BE(stts + 4);
  bytes.writeUInt32BE(count / frames, stts + 4);
  bytes.writeUInt32BE(bytes.readUInt32BE(stts + 8) * frames, stts + 8);
  bytes.writeUInt32BE(FRAME.length * frames, stsz);
  bytes.writeUInt32BE(count / frames, stsz + 4);
  for (let i = 0; i < bytes.readUInt32BE(stsc); i++) {
    const samples = stsc + 4 + 12 * i + 4;
    bytes.writeUInt32BE(bytes.readUInt32BE(samples) / frames, samples);
  }
  return bytes;
}

/** Seconds of samples that come out of the decoder, whatever their times say. */
async function decodedSeconds(path: string): Promise<number> {
  const raw = ["-v", "error", "-i", path, "-map", "0:a:0", "-ac", "1", "-ar", "8000", "-f", "u8", "-"];
  const { stdout } = await promisify(execFile)(tools.ffmpeg, raw, { encoding: "buffer", maxBuffer: 2 ** 24 });
  return stdout.length / 8000;
}

describe("sound of several frames a packet", () => {
  /** The other container of phones has the same tables. */
  const LONG_ROWS = process.env.LONG_TESTS === "1" ? ([["3g2", 10]] as const) : [];
  it.each([["3gp", 5] as const, ...LONG_ROWS])("is whole: %s, %i frames", async (container, frames) => {
    const path = await phoneMemo(container, frames);
    expect(await decodedSeconds(path)).toBeLessThan(1.5);
    const split = await splitPackedSound({ sourcePath: path, tools, signal });
    expect(await decodedSeconds(split)).toBeCloseTo(3, 1);
  });

  it("stays as it is with one frame a packet", async () => {
    const path = await phoneMemo("3gp", 1);
    expect(await splitPackedSound({ sourcePath: path, tools, signal })).toBe(path);
  });

  const real = "faults/p1-amr.3gp";
  it.skipIf(process.env.LONG_TESTS !== "1" || !hasRealClip(real))("is whole: p1-amr.3gp", async () => {
    const path = join(folder, "phone");
    await copyFile(realClip(real), path);
    expect(await decodedSeconds(path)).toBeLessThan(1.1);
    const split = await splitPackedSound({ sourcePath: path, tools, signal });
    expect(await decodedSeconds(split)).toBeCloseTo(5, 1);
    const result = await convert(path, folder, { measured: false });
    expect(result).toMatchObject({ kind: "converted", plan: { audio: { codec: "amr_nb" } } });
  });
});
