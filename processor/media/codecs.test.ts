import { describe, expect, it } from "vitest";
import { aacCodec, avcCodec } from "./codecs.ts";

describe("the CODECS string", () => {
  it("of H.264 is read from the first SPS, behind an access unit delimiter", () => {
    const stream = [0, 0, 0, 1, 9, 0xf0, 0, 0, 0, 1, 0x67, 0x64, 0x00, 0x28, 0xac, 0, 0, 1, 0x68, 0xee];
    expect(avcCodec(Uint8Array.from(stream))).toBe("avc1.640028");
  });

  it("of H.264 keeps the constraint flags", () => {
    expect(avcCodec(Uint8Array.from([0, 0, 1, 0x67, 0x42, 0xc0, 0x1e]))).toBe("avc1.42c01e");
  });

  it("of H.264 is nothing without an SPS", () => {
    expect(avcCodec(Uint8Array.from([0, 0, 1, 0x65, 0x88, 0x84, 0x00, 0, 0, 1]))).toBeNull();
  });

  it("of AAC is the object type of the ADTS header", () => {
    expect(aacCodec(Uint8Array.from([0xff, 0xf1, 0x4c, 0x80]))).toBe("mp4a.40.2");
    expect(aacCodec(Uint8Array.from([0xff, 0xf9, 0x0c, 0x80]))).toBe("mp4a.40.1");
  });

  it("of AAC is nothing for MP3 and for noise", () => {
    expect(aacCodec(Uint8Array.from([0xff, 0xfb, 0x90, 0x64]))).toBeNull();
    expect(aacCodec(Uint8Array.from([0x49, 0x44, 0x33]))).toBeNull();
    expect(aacCodec(new Uint8Array(0))).toBeNull();
  });
});
