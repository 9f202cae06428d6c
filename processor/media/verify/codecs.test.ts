import { describe, expect, it } from "vitest";
import { aacCodec, avcCodec, hexDumpBytes } from "./codecs.ts";

describe("the CODECS string", () => {
  it("is read for H.264 from the first SPS, behind an access unit delimiter", () => {
    const stream = [0, 0, 0, 1, 9, 0xf0, 0, 0, 0, 1, 0x67, 0x64, 0x00, 0x28, 0xac, 0, 0, 1, 0x68, 0xee];
    expect(avcCodec(Uint8Array.from(stream))).toBe("avc1.640028");
  });

  it("keeps the constraint flags of H.264", () => {
    expect(avcCodec(Uint8Array.from([0, 0, 1, 0x67, 0x42, 0xc0, 0x1e]))).toBe("avc1.42c01e");
  });

  it("is null for H.264 without an SPS", () => {
    expect(avcCodec(Uint8Array.from([0, 0, 1, 0x65, 0x88, 0x84, 0x00, 0, 0, 1]))).toBeNull();
  });

  it("is the object type of its profile for AAC", () => {
    expect(aacCodec("LC")).toBe("mp4a.40.2");
    expect(aacCodec("HE-AAC")).toBe("mp4a.40.5");
  });

  it("is null for an AAC profile without a name, also where it is named like a property of all objects", () => {
    expect(aacCodec("")).toBeNull();
    expect(aacCodec("ELD")).toBeNull();
    expect(aacCodec("toString")).toBeNull();
  });
});

describe("a hex dump of ffprobe", () => {
  it("yields its bytes, and nothing of the text beside them", () => {
    const dump =
      "\n00000000: 0000 0167 6400 28ac d940 7802 27e5 c044  ...gd.(..@x.'..D\n00000010: 0000 0168 ef8f cb                        ...h...\n";
    expect(Buffer.from(hexDumpBytes(dump)).toString("hex")).toBe("00000167640028acd940780227e5c04400000168ef8fcb");
  });

  it("is not misled by text that looks like digits", () => {
    expect([...hexDumpBytes("00000000: 6162 6320 6465                           abc de\n")]).toEqual([
      0x61, 0x62, 0x63, 0x20, 0x64, 0x65,
    ]);
  });

  it("yields none for nothing", () => {
    expect(hexDumpBytes("\n")).toHaveLength(0);
  });
});
