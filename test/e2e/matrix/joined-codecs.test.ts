import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findRetypedTracks } from "../../../processor/media/source/retyped-tracks.ts";
import { convert } from "../../fixtures/media/convert.ts";
import { runFfmpeg } from "../../fixtures/media/generate-clip.ts";

/* Transport streams that were joined from recordings whose codecs differ under the same PIDs. */

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "joined-codecs-"));
});
afterAll(() => rm(folder, { recursive: true }));

type Codecs = readonly [video: string, audio: string];
const MODERN: Codecs = ["libx264", "aac"];
const OLD: Codecs = ["mpeg2video", "mp2"];

async function recording([video, audio]: Codecs): Promise<Buffer> {
  const path = join(folder, `${video}-${audio}.ts`);
  const inputs = ["-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=1.5", "-f", "lavfi", "-i", "sine=440:r=48000:d=1.5"];
  const encoders = ["-c:v", video, "-pix_fmt", "yuv420p", "-c:a", audio];
  await runFfmpeg([...inputs, ...encoders, "-f", "mpegts", path]);
  return await readFile(path);
}

function retyped(bytes: Buffer) {
  const read = async (offset: number, length: number) => bytes.subarray(offset, offset + length);
  return findRetypedTracks({ size: bytes.length, read });
}

describe("transport streams of several codecs", () => {
  it("are refused where a later recording has another codec under the same PID", async () => {
    const path = join(folder, "joined.ts");
    await writeFile(path, Buffer.concat([await recording(MODERN), await recording(OLD)]));
    expect(await convert(path, folder)).toEqual({
      kind: "refused",
      code: "mixed-recordings",
      reason: expect.stringMatching(/^The file was joined from recordings of different kinds/),
    });
  });

  it("are recognised where the first recording was cut inside a packet, and in packets of 192 bytes", async () => {
    const [first, second] = [await recording(MODERN), await recording(OLD)];
    const both = new Set([0x100, 0x101]);
    expect(await retyped(Buffer.concat([first.subarray(0, first.length - 100), second]))).toEqual(both);
    expect(await retyped(withTimes(Buffer.concat([first, second])))).toEqual(both);
  });

  it("name only the track that changes", async () => {
    const joined = Buffer.concat([await recording(["libx264", "ac3"]), await recording(["libx264", "eac3"])]);
    expect(await retyped(joined)).toEqual(new Set([0x101]));
  });

  it("are one recording where every part has the same codecs", async () => {
    const part = await recording(MODERN);
    expect(await retyped(Buffer.concat([part, part, part]))).toEqual(new Set());
  });
});

/** As cameras store it: four bytes of time before each packet. */
function withTimes(packets: Buffer): Buffer {
  const parts = Array.from({ length: packets.length / 188 }, (_, n) => packets.subarray(n * 188, (n + 1) * 188));
  return Buffer.concat(parts.flatMap((part) => [Buffer.alloc(4), part]));
}
