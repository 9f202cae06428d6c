import type { ContentKey, ContentKeyStatus } from "../../domain/part/content-key.ts";
import type { Quality } from "../../domain/quality/quality.ts";
import type { WrappedKey } from "../../key-vault/key-vault.ts";

/** Content keys outside of the aggregate, which loads only those in use. */
export interface ContentKeyStore {
  /** In any status; null where there is none. */
  find(wanted: ContentKeyRef): Promise<StoredContentKey | null>;
  /**
   * ListVideoHlsEncryptKeys: the keys of a part that are not deleted, in any status and never with their bytes, by
   * version and quality. Null where there is no such part.
   */
  list(part: PartRef): Promise<readonly ListedContentKey[] | null>;
  /**
   * Deletes at most `limit` keys that were revoked, or served for the last time, before `before`. Keys of the version
   * that a part plays are kept. Returns the number of deleted keys.
   */
  deleteEnded(before: number, limit: number): Promise<number>;
}

export type PartRef = { readonly videoPostId: string; readonly fileIndex: number };

export type ListedContentKey = Pick<
  ContentKey,
  "keyId" | "quality" | "keyVersion" | "keyUriTemplate" | "status" | "usableUntil" | "createdAt"
>;

export type ContentKeyRef = {
  readonly videoPostId: string;
  readonly fileIndex: number;
  readonly quality: Quality;
  readonly keyVersion: number;
};

export type StoredContentKey = WrappedKey & { readonly fileId: string; readonly status: ContentKeyStatus };
