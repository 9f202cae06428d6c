import { posterKey, uploadPrefix } from "../../shared/domain/part/object-keys.ts";
import type { OwnPoster } from "../../shared/domain/part/part-images.ts";
import { type Refusal, refused } from "../../shared/domain/post/video-post.ts";
import { cleanImage, type ImageProblem } from "../../shared/lib/clean-image.ts";
import { secretId } from "../../shared/lib/random-id.ts";
import { IMAGE_TYPES } from "./image-types.ts";

const MOST_BYTES = 5 * 2 ** 20;
const LONGEST_SIDE = 4096;

const PROBLEMS: Record<ImageProblem, string> = {
  unreadable: "the file is no whole JPEG, PNG or WebP image",
  animated: "the image is animated; upload a still one",
  turned: "the image is stored turned or mirrored (Exif orientation); save it upright",
};

export type StoredPoster =
  | { readonly kind: "stored"; readonly poster: OwnPoster }
  | { readonly kind: "refused"; readonly refusal: Refusal };

/** Stores the image of an upload under a new id, without its metadata. What the upload calls itself does not count. */
export async function storeUploadedPoster(source: R2Bucket, uploadId: string, size: number): Promise<StoredPoster> {
  if (size > MOST_BYTES) return invalid(`the file has ${size} bytes; a poster has at most ${MOST_BYTES}`);
  const given = await readUpload(source, uploadPrefix(uploadId), size);
  const image = given === null ? "unreadable" : cleanImage(given);
  if (typeof image === "string") return invalid(PROBLEMS[image]);
  const { format, width, height, bytes } = image;
  if (Math.max(width, height) > LONGEST_SIDE) {
    return invalid(`the image has ${width}x${height} pixels; a poster has at most ${LONGEST_SIDE} on a side`);
  }
  const id = secretId();
  await source.put(posterKey(id), bytes, { httpMetadata: { contentType: IMAGE_TYPES[format] } });
  return { kind: "stored", poster: { id, format, width, height, bytes: bytes.length } };
}

function invalid(detail: string) {
  return refused({ kind: "invalid", detail: `uploadId: ${detail}` });
}

/** The chunks in their order, which their names have; null where they are not what was declared. */
async function readUpload(source: R2Bucket, prefix: string, size: number): Promise<Uint8Array | null> {
  const bytes = new Uint8Array(size);
  let at = 0;
  let cursor: string | undefined;
  do {
    const page = await source.list({ prefix, ...(cursor && { cursor }) });
    for (const { key } of page.objects) {
      const chunk = await (await source.get(key))?.bytes();
      if (chunk === undefined || at + chunk.length > size) return null;
      bytes.set(chunk, at);
      at += chunk.length;
    }
    cursor = page.truncated ? page.cursor : undefined;
  } while (cursor !== undefined);
  return at === size ? bytes : null;
}
