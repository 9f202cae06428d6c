import {
  LONGEST_UPLOAD_TOKEN_LIFE_MS,
  UPLOAD_TOKEN_LIFE_MS,
  type UploadToken,
} from "../../domain/uploads/upload-token.ts";
import { uuidV7 } from "../../lib/random-id.ts";
import type { UploadTokenStore } from "../ports/upload-token-store.ts";

export type CreateUploadToken = Pick<UploadToken, "owner" | "maxDurationSeconds" | "corsOrigin" | "postDefaults"> & {
  /** Null: as much as the deployment accepts. */
  readonly maxBytes: number | null;
  /** Milliseconds; null for a day. */
  readonly expiresAt: number | null;
};

export type CreateUploadTokenOutcome =
  | { readonly kind: "created"; readonly token: UploadToken }
  /** A sentence for the caller. */
  | { readonly kind: "invalid"; readonly detail: string };

export async function createUploadToken(
  tokens: Pick<UploadTokenStore, "create">,
  { maxBytes, expiresAt, ...input }: CreateUploadToken,
  largestUpload: number,
  now: number,
): Promise<CreateUploadTokenOutcome> {
  const invalid = (detail: string) => ({ kind: "invalid", detail }) as const;
  const end = expiresAt ?? now + UPLOAD_TOKEN_LIFE_MS;
  if (end <= now) return invalid("expiresAt: is in the past");
  if (end > now + LONGEST_UPLOAD_TOKEN_LIFE_MS) return invalid("expiresAt: is more than 30 days ahead");
  const limit = maxBytes ?? largestUpload;
  if (limit > largestUpload) return invalid(`maxBytes: the largest upload is ${largestUpload} bytes`);
  const token: UploadToken = {
    ...input,
    tokenId: uuidV7(now),
    maxBytes: limit,
    expiresAt: end,
    createdAt: now,
    revokedAt: null,
    uploadId: null,
    videoPostId: null,
    postCreatedAt: null,
    endedAt: null,
  };
  await tokens.create(token);
  return { kind: "created", token };
}
