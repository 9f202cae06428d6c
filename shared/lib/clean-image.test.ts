import { describe, expect, it } from "vitest";
import { cleanImage } from "./clean-image.ts";
import { readImageHeader } from "./image-header.ts";

type Piece = string | readonly number[];
const bytes = (...parts: readonly Piece[]) =>
  new Uint8Array(
    parts.flatMap((part) => (typeof part === "string" ? [...part].map((letter) => letter.charCodeAt(0)) : part)),
  );
const be32 = (value: number) => [24, 16, 8, 0].map((shift) => (value >> shift) & 0xff);
const le32 = (value: number) => be32(value).toReversed();

const segment = (marker: number, ...payload: readonly Piece[]) => {
  const body = [...bytes(...payload)];
  return [0xff, marker, ...be32(body.length + 2).slice(2), ...body];
};
/** A little-endian TIFF directory with the orientation alone. */
const exif = (orientation: number) =>
  segment(0xe1, "Exif\0\0", "II", [42, 0], le32(8), [1, 0], [0x12, 1, 3, 0], le32(1), [orientation, 0, 0, 0], le32(0));
const frame = segment(0xc0, [8, 0, 90, 0, 160, 1, 1, 0x11, 0]);
const scan = [...segment(0xda, [1, 1, 0, 0, 63, 0]), 1, 2, 0xff, 0, 3, 0xff, 0xd0, 4];
const jfif = segment(0xe0, "JFIF\0", [1, 1, 0, 0, 1, 0, 1, 0, 0]);
const icc = segment(0xe2, "ICC_PROFILE\0", [1, 1, 7]);
const EOI = [0xff, 0xd9];

const chunk = (name: string, ...data: readonly number[]) => [...be32(data.length), ...bytes(name), ...data, 9, 9, 9, 9];
const PNG = [0x89, ...bytes("PNG\r\n\u001a\n")];
const header = chunk("IHDR", ...be32(640), ...be32(360), 8, 6, 0, 0, 0);

const riff = (...chunks: readonly number[][]) => {
  const body = chunks.flat();
  return bytes("RIFF", le32(4 + body.length), "WEBP", body);
};
const webp = (name: string, ...data: readonly number[]) => [
  ...bytes(name),
  ...le32(data.length),
  ...data,
  ...(data.length % 2 === 1 ? [0] : []),
];
const extended = (flags: number) => webp("VP8X", flags, 0, 0, 0, 0x7f, 2, 0, 0x67, 1, 0);
const lossy = webp("VP8 ", 0, 0, 0, 0x9d, 1, 0x2a, 0x80, 2, 0x68, 1, 5);

function cleaned(image: Uint8Array) {
  const found = cleanImage(image);
  if (typeof found === "string") throw new Error(found);
  return found;
}

describe("an image that an editor uploads", () => {
  it("loses what a JPEG says about places, cameras and comments, and what follows its end", () => {
    const xmp = segment(0xe1, "http://ns.adobe.com/xap/1.0/\0<x/>");
    const comment = segment(0xfe, "taken at home");
    const image = bytes([0xff, 0xd8], jfif, exif(1), xmp, icc, comment, frame, scan, scan, EOI, "a second picture");
    const found = cleaned(image);
    expect(found).toMatchObject({ format: "jpeg", width: 160, height: 90 });
    expect(found.bytes).toEqual(bytes([0xff, 0xd8], jfif, icc, frame, scan, scan, EOI));
  });

  it("is refused where Exif says that it is to be turned, since that would be lost", () => {
    expect(cleanImage(bytes([0xff, 0xd8], exif(6), frame, scan, EOI))).toBe("turned");
  });

  it("loses what a PNG says beside its picture", () => {
    const image = bytes(
      PNG,
      header,
      chunk("tEXt", 65, 0, 66),
      chunk("eXIf", 1),
      chunk("IDAT", 1, 2),
      chunk("IEND"),
      "x",
    );
    const found = cleaned(image);
    expect(found).toMatchObject({ format: "png", width: 640, height: 360 });
    expect(found.bytes).toEqual(bytes(PNG, header, chunk("IDAT", 1, 2), chunk("IEND")));
    expect(cleanImage(bytes(PNG, header, chunk("acTL", 0), chunk("IEND")))).toBe("animated");
  });

  it("loses what a WebP says beside its picture, and the flags for it", () => {
    const found = cleaned(riff(extended(0x0c), lossy, webp("EXIF", 1, 2, 3), webp("XMP ", 4)));
    expect(found).toMatchObject({ format: "webp", width: 640, height: 360 });
    expect(found.bytes).toEqual(riff(extended(0), lossy));
    expect(cleanImage(riff(extended(0x02), webp("ANIM", 1)))).toBe("animated");
    expect(cleaned(riff(lossy))).toMatchObject({ width: 640, height: 360 });
  });

  it.each([
    ["nothing", bytes()],
    ["text", bytes("<svg xmlns='http://www.w3.org/2000/svg'/>")],
    ["a GIF", bytes("GIF89a", [1, 0, 1, 0, 0, 0, 0])],
    ["a JPEG without an end", bytes([0xff, 0xd8], jfif, frame, scan)],
    ["a JPEG without a scan", bytes([0xff, 0xd8], jfif, frame, EOI)],
    ["a PNG that is cut off", bytes(PNG, header, chunk("IDAT", 1, 2).slice(0, 9))],
    ["a WebP that is cut off", riff(lossy).subarray(0, 30)],
  ])("is refused where it is %s", (_, image) => {
    expect(cleanImage(image)).toBe("unreadable");
  });

  it("is never read beyond its end, wherever it is cut", () => {
    const whole = [
      bytes([0xff, 0xd8], jfif, exif(1), frame, scan, EOI),
      bytes(PNG, header, chunk("IDAT", 1, 2), chunk("IEND")),
      riff(extended(0), lossy),
    ];
    for (const image of whole) {
      expect(readImageHeader(image)).not.toBeNull();
      for (let end = 0; end < image.length; end += 1) expect(cleanImage(image.subarray(0, end))).toBe("unreadable");
    }
  });
});
