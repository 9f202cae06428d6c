import type { ObjectHeaders } from "../adapters/object-store.ts";

/** Ciphertext: under a name that never changes, so every cache may keep it for good. */
export const CIPHERTEXT_SEGMENT: ObjectHeaders = {
  contentType: "video/mp2t",
  cacheControl: "public, max-age=31536000, immutable",
};

/** What lies in the private bucket is served only through the Worker, which sets its own Cache-Control. */
export const CLEAR_SEGMENT: ObjectHeaders = { contentType: "video/mp2t", cacheControl: "private, no-store" };

export const STORED_PLAYLIST: ObjectHeaders = {
  contentType: "application/vnd.apple.mpegurl",
  cacheControl: "private, no-store",
};

export const STORED_JPEG: ObjectHeaders = { contentType: "image/jpeg", cacheControl: "private, no-store" };

export const CAPTION_TEXT: ObjectHeaders = {
  contentType: "text/vtt; charset=utf-8",
  cacheControl: "private, no-store",
};
