import type { Quality } from "../quality/quality.ts";
import type { QualityAuth } from "../quality/quality-auth.ts";
import { imageKey, posterKey } from "./object-keys.ts";
import { type OwnPoster, type PartImages, type PosterChoice, spriteCount } from "./part-images.ts";
import type { VideoFile } from "./video-file.ts";

/** The images of a part, with what its editor chose. */
export type ImagesOfPart = { readonly images: PartImages | null; readonly poster: PosterChoice | null };

/** An image as it is stored and named outside. */
export type StoredImage = {
  readonly objectKey: string;
  readonly format: OwnPoster["format"];
  /** Random, and a name below it: together they are the part of an address that names this image for good. */
  readonly id: string;
  readonly name: string;
  readonly width: number;
  readonly height: number;
};

export type ShownPoster = StoredImage & {
  /** From 1; null for an image that an editor uploaded. */
  readonly candidate: number | null;
};

/** Null where no candidate has this number. */
export function candidateImage(images: PartImages | null, number: number): ShownPoster | null {
  const found = images?.posters[number - 1];
  if (images === null || found === undefined) return null;
  const { width, height } = found;
  const objectKey = imageKey(images.prefix, "poster", number);
  const name = `poster-${number}.jpg`;
  return { objectKey, format: "jpeg", id: images.id, name, width, height, candidate: number };
}

/** What stands for the part: what its editor chose, else the best candidate. */
export function shownPoster({ images, poster }: ImagesOfPart): ShownPoster | null {
  if (poster?.kind === "own") {
    const { id, format, width, height } = poster;
    return {
      objectKey: posterKey(id),
      format,
      id,
      name: `poster.${EXTENSIONS[format]}`,
      width,
      height,
      candidate: null,
    };
  }
  return candidateImage(images, poster?.number ?? images?.best ?? 1);
}

const EXTENSIONS = { jpeg: "jpg", png: "png", webp: "webp" } as const;

/** Sprites count from 1. */
export function spriteImage(images: PartImages | null, number: number): StoredImage | null {
  const board = images?.storyboard;
  if (!images || !board || number < 1 || number > spriteCount(board)) return null;
  const size = { width: board.columns * board.tileWidth, height: board.tileHeight };
  return {
    objectKey: imageKey(images.prefix, "storyboard", number),
    format: "jpeg",
    id: images.id,
    name: spriteName(number),
    ...size,
  };
}

export function spriteName(number: number): string {
  return `storyboard-${number}.jpg`;
}

/** Whether anybody may watch each of the qualities. */
export function areAllPublic(
  qualities: readonly Quality[],
  policies: readonly Pick<QualityAuth, "quality" | "policy">[],
): boolean {
  const isPublic = (quality: Quality) => policies.some((auth) => auth.quality === quality && auth.policy === "PUBLIC");
  return qualities.length > 0 && qualities.every(isPublic);
}

/** Of a post, as far as it decides about images. */
export type Publication = { readonly publishedAt: number | null; readonly deletedAt: number | null };

/** Whether the images of a part may be shown to anybody: it is published, and everything that plays is public. */
export function hasPublicImages(post: Publication, { playing, keys, qualityAuth }: VideoFile): boolean {
  if (post.publishedAt === null || post.deletedAt !== null || playing === null) return false;
  const served = keys.filter(({ status, keyVersion }) => status === "ACTIVE" && keyVersion === playing.keyVersion);
  return areAllPublic(
    served.map(({ quality }) => quality),
    qualityAuth,
  );
}

/** For events, which name a poster only where there is one. */
export function posterIn(post: Publication, file: VideoFile): { readonly poster?: string } {
  const poster = publicPoster(post, file);
  return poster === null ? {} : { poster };
}

export function firstPosterIn(post: Publication & { readonly files: readonly VideoFile[] }) {
  for (const file of post.files) {
    const poster = publicPoster(post, file);
    if (poster !== null) return { posterOf: { fileIndex: file.fileIndex, poster } };
  }
  return {};
}

/** The end of the address of a poster that anybody may see; null for any other. */
export function publicPoster(post: Publication, file: VideoFile): string | null {
  const poster = hasPublicImages(post, file) ? shownPoster(file) : null;
  return poster === null ? null : `${poster.id}/${poster.name}`;
}
