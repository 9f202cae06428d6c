export type ImageFormat = "jpeg" | "png" | "webp";

export type ImageHeader = { readonly format: ImageFormat; readonly width: number; readonly height: number };

/** What the bytes themselves say; null for any other format, and for a header that is cut off or contradicts itself. */
export function readImageHeader(bytes: Uint8Array): ImageHeader | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const found = readJpeg(view) ?? readPng(view) ?? readWebp(view);
    return found !== null && found.width > 0 && found.height > 0 ? found : null;
  } catch (error) {
    // A read beyond the end.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

const JPEG_START = 0xffd8;
const JPEG_END = 0xffd9;

/** ITU-T T.81 B.1.1: markers from SOI to the frame header. */
function readJpeg(view: DataView): ImageHeader | null {
  if (view.getUint16(0) !== JPEG_START) return null;
  for (let at = 2; ; ) {
    const marker = view.getUint16(at);
    if (isFrameHeader(marker)) {
      return { format: "jpeg", height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    }
    // Fill bytes may stand before a marker.
    if (marker === 0xffff) at += 1;
    else if (marker >> 8 !== 0xff || marker === JPEG_END) return null;
    else at += 2 + Math.max(2, view.getUint16(at + 2));
  }
}

/** SOF0 to SOF15 without DHT, JPG and DAC. */
function isFrameHeader(marker: number): boolean {
  return marker >= 0xffc0 && marker <= 0xffcf && ![0xffc4, 0xffc8, 0xffcc].includes(marker);
}

/** Whether a JPEG ends as one: an encoder that broke off leaves this marker out. */
export function endsLikeJpeg(bytes: Uint8Array): boolean {
  return bytes.length > 4 && bytes.at(-2) === 0xff && bytes.at(-1) === 0xd9;
}

const PNG_SIGNATURE = [0x89504e47, 0x0d0a1a0a];

/** PNG 5.2 and 11.2.2: IHDR is the first chunk. */
function readPng(view: DataView): ImageHeader | null {
  const isPng = PNG_SIGNATURE.every((word, index) => view.getUint32(4 * index) === word);
  if (!isPng || view.getUint32(8) !== 13 || textAt(view, 12, 4) !== "IHDR") return null;
  return { format: "png", width: view.getUint32(16), height: view.getUint32(20) };
}

/** RFC 9649 2.4 to 2.7: lossy, lossless or extended. */
function readWebp(view: DataView): ImageHeader | null {
  if (textAt(view, 0, 4) !== "RIFF" || textAt(view, 8, 4) !== "WEBP") return null;
  const size = SIZES_OF_CHUNKS[textAt(view, 12, 4)]?.(view) ?? null;
  return size === null ? null : { format: "webp", ...size };
}

const SIZES_OF_CHUNKS: Partial<Record<string, (view: DataView) => Size | null>> = {
  VP8X: extendedSize,
  "VP8 ": lossySize,
  VP8L: losslessSize,
};

type Size = { readonly width: number; readonly height: number };

function extendedSize(view: DataView): Size {
  const side = (at: number) => 1 + view.getUint16(at, true) + view.getUint8(at + 2) * 0x10000;
  return { width: side(24), height: side(27) };
}

/** RFC 6386 9.1: a key frame with its start code. */
function lossySize(view: DataView): Size | null {
  const isKeyFrame = (view.getUint8(20) & 1) === 0;
  if (!isKeyFrame || textAt(view, 23, 3) !== "\x9d\x01\x2a") return null;
  return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
}

function losslessSize(view: DataView): Size | null {
  if (view.getUint8(20) !== 0x2f) return null;
  const bits = view.getUint32(21, true);
  return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) };
}

function textAt(view: DataView, at: number, length: number): string {
  return String.fromCharCode(...Array.from({ length }, (_, index) => view.getUint8(at + index)));
}
