import type { Upload } from "../../domain/uploads/upload.ts";
import type { UploadToken, UploadTokenWithUpload } from "../../domain/uploads/upload-token.ts";
import type { CreatedAt } from "./webhook-deliveries.ts";

/** Upload tokens, each with its current upload. */
export interface UploadTokenStore {
  create(token: UploadToken): Promise<void>;
  find(tokenId: string): Promise<UploadTokenWithUpload | null>;
  /** The newest first; `owner` null for those of everybody. */
  list(input: ListUploadTokens): Promise<readonly UploadTokenWithUpload[]>;
  /**
   * Opens an upload as the token's current one. False if the token is revoked, expired or used: its upload is complete,
   * or has bytes and has not expired. An upload without bytes is replaced and takes no chunk from then on, so that a
   * client that has not received the answer to its creation can repeat it; false while many replaced ones of the token
   * wait for their removal.
   */
  openUpload(input: OpenTokenUpload): Promise<boolean>;
  /**
   * Reserves the id of the token's post, once its upload is complete. Returns the id that is reserved, now or before;
   * null if the token is revoked or its upload is not complete. From then on the upload is not removed.
   */
  reservePost(input: ReserveTokenPost): Promise<string | null>;
  /** Ends the token. */
  markPostCreated(tokenId: string, now: number): Promise<void>;
  /** Tokens with a complete upload whose post is not created yet, the oldest first. */
  listCompleted(limit: number): Promise<readonly string[]>;
  /** Ends the token and its upload, which takes no chunk from then on. A token whose post is reserved stays. */
  revoke(input: RevokeUploadToken): Promise<UploadTokenRevocation>;
  /**
   * Ends up to `limit` tokens that can no longer be used and have no upload under way. Returns their ids. Those that never
   * had an upload raise `upload.expired`.
   */
  endExpired(at: CreatedAt, limit: number): Promise<readonly string[]>;
  /** Deletes up to `limit` tokens that ended before `endedBefore`. */
  deleteEnded(endedBefore: number, limit: number): Promise<number>;
}

export type ListUploadTokens = {
  readonly owner: string | null;
  readonly limit: number;
  /** The last token of the page before. */
  readonly after: string | null;
};

export type OpenTokenUpload = { readonly tokenId: string; readonly upload: Upload; readonly now: number };

export type ReserveTokenPost = { readonly tokenId: string; readonly videoPostId: string };

export type RevokeUploadToken = {
  readonly tokenId: string;
  /** Null: the owner does not matter. */
  readonly owner: string | null;
  readonly now: number;
};

/** `uploadId`: the upload that ended with the token. */
export type UploadTokenRevocation =
  | { readonly kind: "revoked"; readonly uploadId: string | null }
  | { readonly kind: "has-post" }
  | { readonly kind: "unknown" };
