import type { WrappedKey } from "../key-vault/key-vault.ts";

/**
 * What rests wrapped. `content`: the key of a quality and version. `single-key`: that of a part before its migration.
 * `source-url`: no key, but the URL that a part is downloaded from, wrapped in the same way.
 */
export type KeyAtRestKind = "content" | "single-key" | "source-url";

export type KeyAtRest = WrappedKey & {
  readonly kind: KeyAtRestKind;
  /** Its primary key. */
  readonly id: string;
  readonly fileId: string;
  /** As the world calls its part. */
  readonly videoPostId: string;
  readonly fileIndex: number;
  /** What its wrapping is bound to, beside the part; null for the others. */
  readonly version: { readonly quality: string; readonly keyVersion: number } | null;
};

/** How many keys rest under a key-encryption key. */
export type KeysUnder = {
  readonly kekId: string;
  readonly contentKeys: number;
  readonly singleKeys: number;
  readonly sourceUrls: number;
};

/**
 * The only writer of wrapped keys once they are there: the aggregate inserts them and never changes them, so that a post
 * that was loaded before and is saved afterwards does not undo a re-wrapping.
 */
export interface KeyWrappingStore {
  count(): Promise<readonly KeysUnder[]>;
  /** Of all but this key-encryption key. */
  countOthers(kekId: string): Promise<readonly KeysUnder[]>;
  /** Keys of one kind under one key-encryption key, in the order of their ids. */
  listUnder(
    kekId: string,
    kind: KeyAtRestKind,
    after: KeyPosition | null,
    limit: number,
  ): Promise<readonly KeyAtRest[]>;
  /** Each is replaced only where it is still wrapped as it was read. How many were. */
  replace(
    kind: KeyAtRestKind,
    changes: readonly { readonly old: KeyAtRest; readonly wrapped: WrappedKey }[],
  ): Promise<number>;
}

/** Where a page has ended: a content key by its public id, a single key by its part. */
export type KeyPosition = { readonly keyId: string } | { readonly videoPostId: string; readonly fileIndex: number };
