import { createCipheriv } from "node:crypto";
import { describe, expect, it } from "vitest";
import { openImportedSegment } from "./imported-segment.ts";

const key = Buffer.alloc(16, 7);
const iv = Buffer.alloc(16, 3);

function transportStream(packets: number): Buffer {
  const bytes = Buffer.alloc(188 * packets, 0x22);
  for (let at = 0; at < bytes.length; at += 188) bytes[at] = 0x47;
  return bytes;
}

function encrypted(clear: Buffer, by = key): Buffer {
  const cipher = createCipheriv("aes-128-cbc", by, iv);
  return Buffer.concat([cipher.update(clear), cipher.final()]);
}

describe("an imported segment", () => {
  // 4 packets are 752 bytes, a multiple of 16: the padding is a whole block.
  it.each([1, 4, 100])("opens with its key and IV: %i packets", (packets) => {
    const clear = transportStream(packets);
    expect(openImportedSegment(encrypted(clear), key, iv)).toEqual(clear);
    expect(openImportedSegment(clear, key, null)).toEqual(clear);
  });

  it("does not open with another key, not even where the padding happens to fit", () => {
    const clear = transportStream(20);
    for (let other = 0; other < 2000; other++) {
      const wrong = Buffer.alloc(16, 9);
      wrong.writeUInt32BE(other);
      expect(openImportedSegment(encrypted(clear), wrong, iv)).toBeNull();
    }
  });

  it("does not open with another IV, which spoils the first block only", () => {
    const wrong = Buffer.from(iv);
    wrong[0] = 4;
    expect(openImportedSegment(encrypted(transportStream(20)), key, wrong)).toBeNull();
  });

  it("is no segment when it is empty, cut off, or of another kind", () => {
    const clear = transportStream(20);
    const damaged = Buffer.from(clear);
    damaged[188 * 7] = 0;
    for (const bytes of [Buffer.alloc(0), clear.subarray(0, 400), damaged, Buffer.from("ID3 sound".repeat(188))]) {
      expect(openImportedSegment(bytes, key, null)).toBeNull();
      if (bytes.length > 0) expect(openImportedSegment(encrypted(bytes), key, iv)).toBeNull();
    }
    expect(openImportedSegment(encrypted(clear).subarray(0, 160), key, iv)).toBeNull();
    expect(openImportedSegment(encrypted(clear).subarray(0, 161), key, iv)).toBeNull();
    expect(openImportedSegment(Buffer.alloc(0), key, iv)).toBeNull();
  });
});
