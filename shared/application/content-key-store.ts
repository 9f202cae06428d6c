import type { ContentKeyStatus } from "../domain/content-key.ts";
import type { Quality } from "../domain/quality.ts";
import type { WrappedKey } from "../key-vault/key-vault.ts";

export type StoredContentKey = WrappedKey & { readonly fileId: string; readonly status: ContentKeyStatus };

/** Content keys beside the aggregate, which knows only those that are in use. */
export interface ContentKeyStore {
  /** In whatever state; null where there is none, or none any more. */
  find(wanted: {
    readonly videoPostId: string;
    readonly fileIndex: number;
    readonly quality: Quality;
    readonly keyVersion: number;
  }): Promise<StoredContentKey | null>;
  /**
   * Deletes at most `limit` keys that were revoked, or given out for the last time, before `before`. Returns how many.
   * What a part still plays stays.
   */
  deleteEnded(before: number, limit: number): Promise<number>;
}
