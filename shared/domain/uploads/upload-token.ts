import type { PostMetadata } from "../post/post-metadata.ts";
import type { Interaction, PostAccess, ResourceType } from "../post/video-post.ts";
import type { Upload } from "./upload.ts";

/**
 * The right to send one file without an API key and to have a post made of it. Sizes in bytes, times in milliseconds
 * since the epoch.
 */
export type UploadToken = {
  readonly tokenId: string;
  /** The caller who created the token, and who owns its upload. */
  readonly owner: string;
  readonly maxBytes: number;
  readonly maxDurationSeconds: number | null;
  /** The one web origin whose pages may use the token; null for none. */
  readonly corsOrigin: string | null;
  readonly postDefaults: PostDefaults;
  /** Bounds the start of an upload. A started upload has its own expiry. */
  readonly expiresAt: number;
  readonly createdAt: number;
  readonly revokedAt: number | null;
  /** The current upload: the last that was created with the token. */
  readonly uploadId: string | null;
  /** Reserved when the upload is complete, before the post is saved: a repeated creation cannot make a second post. */
  readonly videoPostId: string | null;
  readonly postCreatedAt: number | null;
  /** Set once, when nothing can happen with the token any more: its post is created, or it is revoked or expired. */
  readonly endedAt: number | null;
};

/** What the post of the token is created with. */
export type PostDefaults = {
  readonly authorId: string;
  /** Null: the name of the file. */
  readonly title: string | null;
  readonly description: string;
  readonly resourceType: ResourceType;
  readonly interaction: Interaction;
  readonly access: PostAccess;
  readonly autoPublish: boolean;
  readonly metadata: PostMetadata;
  readonly passthrough: string | null;
};

/** The current upload as the token's state depends on it. */
export type TokenUpload = Pick<Upload, "size" | "offset" | "state" | "expiresAt" | "metadata">;

export type UploadTokenWithUpload = UploadToken & { readonly upload: TokenUpload | null };

export const UPLOAD_TOKEN_STATES = ["WAITING", "UPLOADING", "POST_CREATED", "EXPIRED", "REVOKED"] as const;
export type UploadTokenState = (typeof UPLOAD_TOKEN_STATES)[number];

export function uploadTokenState(token: UploadTokenWithUpload, now: number): UploadTokenState {
  if (token.postCreatedAt !== null) return "POST_CREATED";
  if (token.revokedAt !== null) return "REVOKED";
  if (token.upload !== null && (token.upload.state === "COMPLETE" || token.upload.expiresAt > now)) return "UPLOADING";
  return token.endedAt !== null || token.expiresAt <= now ? "EXPIRED" : "WAITING";
}

/** For a token whose creation names no expiry. */
export const UPLOAD_TOKEN_LIFE_MS = 24 * 60 * 60 * 1000;

/** A bearer credential in an address should not lie around for longer. */
export const LONGEST_UPLOAD_TOKEN_LIFE_MS = 30 * 24 * 60 * 60 * 1000;

/** How long an ended token is listed. */
export const ENDED_UPLOAD_TOKEN_KEPT_MS = 30 * 24 * 60 * 60 * 1000;
