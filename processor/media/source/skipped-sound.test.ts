import { describe, expect, it } from "vitest";
import { FrameBytes, soundBytes } from "./skipped-sound.ts";

/** Frames of MP3 at 128 kbit/s, 26 ms each. */
function skipped(fileBytes: number, ...sizes: readonly number[]): number | null {
  const frames = FrameBytes.of("mp3");
  frames?.push(sizes.map((size) => `0.026122,${size}\n`).join(""));
  return frames?.finish(fileBytes) ?? null;
}

const frames = (count: number) => Array.from({ length: count }, () => 418);

describe("sound that is skipped", () => {
  it("is what a packet holds beyond any frame", () => {
    expect(skipped(418 * 200 + 33_440, ...frames(100), 33_440, ...frames(100))).toBeCloseTo(80 * 0.026122, 2);
  });

  it("is what lies between the packets", () => {
    expect(skipped(418 * 200 + 33_440, ...frames(200))).toBeCloseTo(80 * 0.026122, 2);
  });

  it("is none in a file of frames alone, of a few bytes more, or with something behind its last frame", () => {
    expect(skipped(418 * 200, ...frames(200))).toBeNull();
    expect(skipped(418 * 200 + 5000, ...frames(200))).toBeNull();
    expect(skipped(418 * 200 + 33_440, ...frames(200), 33_440)).toBeNull();
  });

  it("is not searched in containers that say where their packets are", () => {
    expect(FrameBytes.of("mov,mp4,m4a,3gp,3g2,mj2")).toBeNull();
  });
});

describe("a file of sound", () => {
  const bytesOf = (bytes: Buffer) =>
    soundBytes({ size: bytes.length, read: async (offset, length) => bytes.subarray(offset, offset + length) });

  it("counts without its tags", async () => {
    const id3v2 = Buffer.concat([Buffer.from("ID3\x04\0\0\0\0\x02\x00", "latin1"), Buffer.alloc(256)]);
    const footer = Buffer.alloc(32);
    footer.write("APETAGEX", "latin1");
    footer.writeUInt32LE(100 + 32, 12);
    const ape = Buffer.concat([Buffer.alloc(32), Buffer.alloc(100), footer]);
    const id3v1 = Buffer.concat([Buffer.from("TAG"), Buffer.alloc(125)]);
    const sound = Buffer.alloc(1000, 1);
    expect(await bytesOf(Buffer.concat([id3v2, sound, ape, id3v1]))).toBe(1000);
    expect(await bytesOf(sound)).toBe(1000);
  });
});
