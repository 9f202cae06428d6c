import { describe, expect, it } from "vitest";
import { findContainerEnd } from "./container-end.ts";

function endOf(...parts: (Buffer | string)[]) {
  const bytes = Buffer.concat(parts.map((part) => Buffer.from(part as string, "latin1")));
  return findContainerEnd({
    size: bytes.length,
    read: async (offset, length) => bytes.subarray(offset, offset + length),
  });
}

const box = (type: string, payload: number, claimed = payload) => {
  const bytes = Buffer.alloc(8 + payload);
  bytes.writeUInt32BE(8 + claimed);
  bytes.write(type, 4, "latin1");
  return bytes;
};
const largeBox = (payload: number, claimed: number) => {
  const bytes = Buffer.alloc(16 + payload);
  bytes.writeUInt32BE(1);
  bytes.write("mdat", 4, "latin1");
  bytes.writeBigUInt64BE(BigInt(16 + claimed), 8);
  return bytes;
};

describe("an MP4 file", () => {
  it.each([
    ["is whole when its boxes fill it", [box("ftyp", 8), box("moov", 30), box("mdat", 50)], "whole"],
    ["is cut inside a box", [box("ftyp", 8), box("moov", 30), box("mdat", 50, 90)], "cut"],
    ["is cut inside the header of a box", [box("ftyp", 8), Buffer.from("\0\0\0")], "cut"],
    ["is whole with a box that reaches to its end", [box("ftyp", 8), Buffer.from("\0\0\0\0mdatabc")], "whole"],
    ["may have 64-bit sizes", [box("ftyp", 8), largeBox(20, 20)], "whole"],
    ["is cut inside a large box too", [box("ftyp", 8), largeBox(20, 2 ** 33)], "cut"],
    ["is not walked over nonsense", [box("ftyp", 8), Buffer.from("\0\0\0\x05mdat")], "unknown"],
  ] as const)("%s", async (_, parts, end) => {
    expect(await endOf(...parts)).toBe(end);
  });
});

describe("a Matroska file", () => {
  const header = "\x1a\x45\xdf\xa3\x83abc\x18\x53\x80\x67";
  it.each([
    ["is whole when its segment fits", ["\x84data"], "whole"],
    ["is cut when its segment is longer", ["\x88data"], "cut"],
    ["may write the size in eight bytes", ["\x01\0\0\0\0\0\0\x04data"], "whole"],
    ["says nothing when it was written live", ["\x01\xff\xff\xff\xff\xff\xff\xffdata"], "unknown"],
  ] as const)("%s", async (_, [segment], end) => {
    expect(await endOf(header, segment)).toBe(end);
  });
});

describe("an AVI or WAV file", () => {
  const riff = (claimed: number, payload: number) => {
    const bytes = Buffer.alloc(8 + payload);
    bytes.write("RIFF", "latin1");
    bytes.writeUInt32LE(claimed, 4);
    return bytes;
  };
  it.each([
    ["is whole when its chunk fits", [riff(20, 20)], "whole"],
    ["may have several chunks", [riff(20, 20), riff(30, 30)], "whole"],
    ["is cut in the last of them", [riff(20, 20), riff(30, 10)], "cut"],
    ["says nothing when it was written live", [riff(0xffffffff, 10)], "unknown"],
  ] as const)("%s", async (_, parts, end) => {
    expect(await endOf(...parts)).toBe(end);
  });
});

describe("a transport stream", () => {
  const packets = (count: number, size: number, first = 0) => {
    const bytes = Buffer.alloc(count * size);
    for (let n = 0; n < count; n++) bytes[first + n * size] = 0x47;
    return bytes;
  };
  it.each([
    ["is whole in packets of 188 bytes", packets(7, 188), "whole"],
    ["is whole in packets of 192 bytes", packets(7, 192, 4), "whole"],
    ["is cut inside a packet", packets(7, 188).subarray(0, -1), "cut"],
  ] as const)("%s", async (_, bytes, end) => {
    expect(await endOf(bytes)).toBe(end);
  });

  it("is not seen in a file of another kind", async () => {
    expect(await endOf(Buffer.alloc(2000, 1))).toBe("unknown");
    expect(await endOf("")).toBe("unknown");
  });
});
