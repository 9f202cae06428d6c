import type { Quality } from "../quality/quality.ts";

/**
 * STAGED: made for an encryption in progress, not served. ACTIVE: it plays. RETIRING: replaced, served until
 * `usableUntil`. REVOKED: never served again.
 */
export type ContentKeyStatus = "STAGED" | "ACTIVE" | "RETIRING" | "REVOKED";

/** A content key as the database has it: 16 bytes, wrapped under the key-encryption key `kekId`. */
export type ContentKey = {
  readonly keyId: string;
  readonly quality: Quality;
  readonly keyVersion: number;
  readonly wrappedKey: string;
  readonly kekId: string;
  readonly keyUriTemplate: string;
  /** The encrypt job that staged it and alone uses it while it is STAGED. Null for keys of earlier releases. */
  readonly stagedByJobId: string | null;
  readonly status: ContentKeyStatus;
  readonly usableUntil: number | null;
  readonly createdAt: number;
};

/** Placeholder for the token in stored playlists, which the edge replaces. */
export const TOKEN_PLACEHOLDER = "__TOKEN__";

/** The key URI of a media playlist; its path is the route of the key endpoint. */
export function keyUriTemplate(keyId: string, quality: Quality): string {
  return `/video/enc/key?keyId=${keyId}&quality=${quality}&token=${TOKEN_PLACEHOLDER}`;
}

/** Keys that no other job may use, because current and former holders of this job know them. */
export function keysStagedBy(keys: readonly ContentKey[], jobId: string): readonly ContentKey[] {
  return keys.filter((key) => key.status === "STAGED" && key.stagedByJobId === jobId);
}

/** The job that staged them ended without a result: its holders know the keys. */
export function revokeStagedKeys(keys: readonly ContentKey[]): ContentKey[] {
  return keys.map((key) => (key.status === "STAGED" ? revokedKey(key) : key));
}

/**
 * STAGED becomes ACTIVE, ACTIVE retires at `usableUntil`, and RETIRING keys past their time become REVOKED, so that a
 * part that is rotated often carries few keys.
 */
export function activateKeyVersion(
  keys: readonly ContentKey[],
  version: number,
  usableUntil: number,
  now: number,
): ContentKey[] {
  const isNew = ({ keyVersion }: ContentKey) => keyVersion === version;
  return keys.map((key) =>
    isNew(key) ? { ...key, status: "ACTIVE", usableUntil: null } : retiredKey(key, usableUntil, now),
  );
}

/** The same for a version of a part that another source replaces. No job will publish its staged keys. */
export function retireKeys(keys: readonly ContentKey[], usableUntil: number, now: number): ContentKey[] {
  return revokeStagedKeys(keys).map((key) => retiredKey(key, usableUntil, now));
}

function retiredKey(key: ContentKey, usableUntil: number, now: number): ContentKey {
  if (key.status === "ACTIVE") return { ...key, status: "RETIRING", usableUntil };
  const over = key.status === "RETIRING" && key.usableUntil !== null && key.usableUntil <= now;
  return over ? { ...key, status: "REVOKED" } : key;
}

export function revokeKeys(keys: readonly ContentKey[]): ContentKey[] {
  return keys.map(revokedKey);
}

export function revokedKey(key: ContentKey): ContentKey {
  return { ...key, status: "REVOKED", usableUntil: null };
}
