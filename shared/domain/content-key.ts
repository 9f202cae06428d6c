import type { Quality } from "./quality.ts";

/**
 * STAGED: made for an encryption that is under way, refused at the gate.
 * ACTIVE: what plays. RETIRING: replaced, usable until `usableUntil`. REVOKED: refused for good.
 */
export type ContentKeyStatus = "STAGED" | "ACTIVE" | "RETIRING" | "REVOKED";

/** A content key as it rests in the database: 16 bytes, wrapped under the key-encryption key `kekId`. */
export type ContentKey = {
  readonly keyId: string;
  readonly quality: Quality;
  readonly keyVersion: number;
  readonly wrappedKey: string;
  readonly kekId: string;
  readonly keyUriTemplate: string;
  /** The ENCRYPT job that staged it: its claims alone use it while it is STAGED. Null for keys of earlier releases. */
  readonly stagedByJobId: string | null;
  readonly status: ContentKeyStatus;
  readonly usableUntil: number | null;
  readonly createdAt: number;
};

/** What stands for the token in stored playlists, until the edge puts the viewer's own in its place. */
export const TOKEN_PLACEHOLDER = "__TOKEN__";

/** The key URI of a media playlist; its path is the gate's route. */
export function keyUriTemplate(keyId: string, quality: Quality): string {
  return `/video/enc/key?keyId=${keyId}&quality=${quality}&token=${TOKEN_PLACEHOLDER}`;
}

/** Keys that no other job may use: their job's holders, former ones included, know them. */
export function keysStagedBy(keys: readonly ContentKey[], jobId: string): readonly ContentKey[] {
  return keys.filter((key) => key.status === "STAGED" && key.stagedByJobId === jobId);
}

/** When the job that staged them ends without a result: somebody was given them. */
export function revokeStagedKeys(keys: readonly ContentKey[]): ContentKey[] {
  return keys.map((key) => (key.status === "STAGED" ? revokedKey(key) : key));
}

/**
 * STAGED becomes ACTIVE; what was ACTIVE before retires at `usableUntil`. What retired before is REVOKED once its time is
 * over, so that a part that is rotated often carries few keys.
 */
export function activateKeyVersion(
  keys: readonly ContentKey[],
  version: number,
  usableUntil: number,
  now: number,
): ContentKey[] {
  return keys.map((key) => {
    if (key.keyVersion === version) return { ...key, status: "ACTIVE", usableUntil: null };
    if (key.status === "ACTIVE") return { ...key, status: "RETIRING", usableUntil };
    const over = key.status === "RETIRING" && key.usableUntil !== null && key.usableUntil <= now;
    return over ? { ...key, status: "REVOKED" } : key;
  });
}

export function revokeKeys(keys: readonly ContentKey[]): ContentKey[] {
  return keys.map(revokedKey);
}

export function revokedKey(key: ContentKey): ContentKey {
  return { ...key, status: "REVOKED", usableUntil: null };
}
