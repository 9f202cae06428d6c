import { crc32 as zlibCrc32 } from "node:zlib";
import { describe, expect, it } from "vitest";
import { crc32, joinCrc32, shiftOver } from "./crc32.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);

describe("CRC-32", () => {
  it("has the check value that catalogues give", () => {
    expect(crc32(bytesOf("123456789")) >>> 0).toBe(0xcbf43926);
    expect(crc32(bytesOf(""))).toBe(0);
  });

  it("combines the CRCs of two texts, for lengths around every power of two", () => {
    const first = bytesOf("#EXTM3U\n é");
    for (const length of [0, 1, 2, 3, 255, 256, 257, 4_095, 65_536, 70_001]) {
      const second = Uint8Array.from({ length }, (_, index) => (index * 31 + 7) & 0xff);
      const whole = new Uint8Array([...first, ...second]);
      expect(joinCrc32(crc32(first), crc32(second), shiftOver(length)) >>> 0).toBe(zlibCrc32(whole));
    }
  });
});
