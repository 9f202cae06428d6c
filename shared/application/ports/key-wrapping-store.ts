import type { WrappedKey } from "../../key-vault/key-vault.ts";

/**
 * The only writer of wrapped values after their insertion: the aggregate inserts them and never changes them, so a save
 * of a post that was loaded earlier does not undo a re-wrapping.
 */
export interface KeyWrappingStore {
  count(): Promise<readonly KeysUnder[]>;
  /** Of every key-encryption key but this one. */
  countOthers(kekId: string): Promise<readonly KeysUnder[]>;
  /** Values of one kind under one key-encryption key, in the order of their ids. */
  listUnder(page: KeyPage): Promise<readonly KeyAtRest[]>;
  /** Replaces each value only where it is still wrapped as it was read. Returns how many were replaced. */
  replace(kind: KeyAtRestKind, changes: readonly Rewrapping[]): Promise<number>;
}

/**
 * `content`: the key of a quality and version. `single-key`: the key of an imported part before its re-key.
 * `source-url`: not a key, but the URL that a part is downloaded from, wrapped in the same way. `webhook-secret`: what the
 * webhooks of an endpoint are signed with.
 */
export type KeyAtRestKind = PartKeyAtRest["kind"] | WebhookSecretAtRest["kind"];

export type KeyAtRest = PartKeyAtRest | WebhookSecretAtRest;

export type PartKeyAtRest = WrappedKey & {
  readonly kind: "content" | "single-key" | "source-url";
  /** Primary key of its row. */
  readonly id: string;
  readonly fileId: string;
  /** The public name of its part. */
  readonly videoPostId: string;
  readonly fileIndex: number;
  /** What the wrapping of a content key is bound to beside the part; null for the other kinds. */
  readonly version: { readonly quality: string; readonly keyVersion: number } | null;
};

export type WebhookSecretAtRest = WrappedKey & {
  readonly kind: "webhook-secret";
  readonly id: string;
  readonly webhookId: string;
};

export type Rewrapping = { readonly old: KeyAtRest; readonly wrapped: WrappedKey };

/** Where a page ends: a content key by its public id, a webhook secret by its id, the other kinds by their part. */
export type KeyPosition =
  | { readonly keyId: string }
  | { readonly secretId: string }
  | { readonly videoPostId: string; readonly fileIndex: number };

export type KeyPage = {
  readonly kekId: string;
  readonly kind: KeyAtRestKind;
  /** The last value before it; null for the first page. */
  readonly after: KeyPosition | null;
  readonly limit: number;
};

/** How many values are wrapped under a key-encryption key. */
export type KeysUnder = {
  readonly kekId: string;
  readonly contentKeys: number;
  readonly singleKeys: number;
  readonly sourceUrls: number;
  readonly webhookSecrets: number;
};
