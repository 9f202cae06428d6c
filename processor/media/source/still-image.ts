import { type Refusal, refuse } from "../refusal.ts";
import type { FileBytes } from "./container-end.ts";
import { boxesIn } from "./protection/box-walk.ts";

/** ISO/IEC 23008-12 and AVIF: brands of files that may hold single pictures. */
const PHOTOGRAPHS: Record<string, string> = { heic: "HEIC", heix: "HEIC", heim: "HEIC", heis: "HEIC", avif: "AVIF" };
const GENERIC_BRANDS = ["mif1", "mif2", "miaf"];

/** First bytes of other pictures, in hex. */
const IMAGES: readonly (readonly [start: string, name: string])[] = [
  ["ffd8ff", "JPEG"],
  ["89504e470d0a1a0a", "PNG"],
  ["49492a00", "TIFF"],
  ["4d4d002a", "TIFF"],
];

/** A photograph in place of a video; null for everything that may hold more. */
export async function refuseStillImage(file: FileBytes): Promise<Refusal | null> {
  const head = await file.read(0, 64);
  const image = IMAGES.find(([start]) => head.toString("hex").startsWith(start))?.[1] ?? webp(head);
  const name = image ?? (await photograph(file, head));
  return name === null
    ? null
    : refuse("no-video-or-audio", `The file is a photograph (${name}). Upload a video or audio file.`);
}

function webp(head: Buffer): string | null {
  const isStill = head.toString("latin1", 8, 16) === "WEBPVP8 " || head.toString("latin1", 8, 16) === "WEBPVP8L";
  return isStill ? "WebP" : null;
}

/** Sequences and live photos have the brands of photographs too, and a `moov` box with their track. */
async function photograph(file: FileBytes, head: Buffer): Promise<string | null> {
  if (head.toString("latin1", 4, 8) !== "ftyp") return null;
  const brands =
    head
      .subarray(8, Math.min(head.length, head.readUInt32BE(0)))
      .toString("latin1")
      .match(/.{4}/gs) ?? [];
  const known = brands.map((brand) => PHOTOGRAPHS[brand]).find((name) => name !== undefined);
  if (!known && !GENERIC_BRANDS.includes(brands[0] ?? "")) return null;
  for await (const box of boxesIn(file, 0, file.size, { left: 1000 })) if (box.type === "moov") return null;
  return known ?? "HEIF";
}
