import { expect, it } from "vitest";
import { refuseStillImage } from "./still-image.ts";

async function nameOf(bytes: Buffer): Promise<string | null> {
  const read = (offset: number, length: number) => Promise.resolve(bytes.subarray(offset, offset + length));
  const refusal = await refuseStillImage({ size: bytes.length, read });
  return refusal?.reason ?? null;
}

function box(type: string, content: Buffer | string): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32BE(8 + content.length);
  return Buffer.concat([size, Buffer.from(type, "latin1"), Buffer.from(content)]);
}
const file = (brands: string, ...boxes: Buffer[]) => Buffer.concat([box("ftyp", brands), ...boxes, box("mdat", "x")]);
const META = box("meta", Buffer.alloc(100));
const hex = (text: string) => Buffer.from(`${text}${"00".repeat(40)}`, "hex");

it.each([
  ["HEIC", file("heic\0\0\0\0mif1heic", META)],
  ["HEIC", file("mif1\0\0\0\0mif1heic", META)],
  ["AVIF", file("avif\0\0\0\0avifmif1miaf", META)],
  ["HEIF", file("mif1\0\0\0\0mif1", META)],
  ["JPEG", hex("ffd8ffe1")],
  ["PNG", hex("89504e470d0a1a0a")],
  ["WebP", hex("524946461000000057454250565038200000")],
])("calls a photograph what it is: %s", async (name, bytes) => {
  expect(await nameOf(bytes)).toBe(`The file is a photograph (${name}). Upload a video or audio file.`);
});

it.each([
  ["an MP4", file("isom\0\0\0\0isomavc1", box("moov", "x"))],
  ["an image sequence", file("msf1\0\0\0\0mif1heic", META, box("moov", "x"))],
  ["an AVIF that moves", file("avis\0\0\0\0avifmif1", META, box("moov", "x"))],
  ["an MP4 that was cut off before its index", file("isom\0\0\0\0isomavc1")],
  ["a WAV", hex("524946461000000057415645666d7420")],
  ["nothing", Buffer.alloc(0)],
])("leaves alone what may hold more: %s", async (_, bytes) => {
  expect(await nameOf(bytes)).toBeNull();
});
