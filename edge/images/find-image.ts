import type { StoredPart } from "../../shared/application/ports/gate-readings.ts";
import type { Storyboard } from "../../shared/domain/part/part-images.ts";
import {
  areAllPublic,
  candidateImage,
  type StoredImage,
  shownPoster,
  spriteImage,
} from "../../shared/domain/part/shown-images.ts";

/** A stored object, or a storyboard that is written for the request. */
export type FoundImage =
  | { readonly kind: "stored"; readonly image: StoredImage }
  | { readonly kind: "vtt" | "json"; readonly board: Storyboard; readonly durationSeconds: number | null };

/** By the name that stands beside `master.m3u8`. */
export function imageBesidePlaylist(part: StoredPart, name: string): FoundImage | null {
  if (part.isRemoved || part.postStatus === "DELETED") return null;
  return name === "poster.jpg" ? stored(shownPoster(part)) : storyboardImage(part, name);
}

/** By an address that anybody may use while every quality is public. */
export function publicImage(part: StoredPart, id: string, name: string): FoundImage | null {
  if (!hasPublicImages(part)) return null;
  const poster = shownPoster(part);
  if (poster !== null && poster.id === id && poster.name === name) return stored(poster);
  if (part.images?.id !== id) return null;
  const candidate = /^poster-([1-9])\.jpg$/.exec(name)?.[1];
  return candidate === undefined ? storyboardImage(part, name) : stored(candidateImage(part.images, Number(candidate)));
}

function hasPublicImages({ postStatus, isRemoved, playing, keys, policies }: StoredPart): boolean {
  if (postStatus !== "PUBLISHED" || isRemoved || playing === null) return false;
  const served = keys.filter(({ status, keyVersion }) => status === "ACTIVE" && keyVersion === playing.keyVersion);
  return areAllPublic(
    served.map(({ quality }) => quality),
    policies,
  );
}

function storyboardImage({ images, durationSeconds }: StoredPart, name: string): FoundImage | null {
  const board = images?.storyboard ?? null;
  if (board === null) return null;
  if (name === "storyboard.vtt") return { kind: "vtt", board, durationSeconds };
  if (name === "storyboard.json") return { kind: "json", board, durationSeconds };
  const sprite = /^storyboard-([1-9][0-9]?)\.jpg$/.exec(name)?.[1];
  return sprite === undefined ? null : stored(spriteImage(images, Number(sprite)));
}

function stored(image: StoredImage | null): FoundImage | null {
  return image === null ? null : { kind: "stored", image };
}
