import type { Scope } from "./scope.ts";

/** What is stored about an API key. Its secret half is shown once, at creation. */
export type ApiKey = {
  /** Public half, which lists, logs and caller ids name. */
  readonly keyId: string;
  /** For people: its holder and purpose. */
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Id of the caller who made it. */
  readonly createdBy: string;
  /** Milliseconds since the epoch, like all times here. */
  readonly createdAt: number;
  /** Null for no expiry. */
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
  /** Up to a minute late; null for a key that was never used. */
  readonly lastUsedAt: number | null;
};

export type ApiKeyStatus = "ACTIVE" | "EXPIRED" | "REVOKED";

export function apiKeyStatus(key: Pick<ApiKey, "expiresAt" | "revokedAt">, now: number): ApiKeyStatus {
  if (key.revokedAt !== null) return "REVOKED";
  return key.expiresAt !== null && key.expiresAt <= now ? "EXPIRED" : "ACTIVE";
}

/** Resolution of `lastUsedAt`: a key in constant use costs one write in this time. */
export const LAST_USED_EXACTNESS_MS = 60_000;

/** Whether to record a use at `now`. */
export function isUseToRecord({ lastUsedAt }: Pick<ApiKey, "lastUsedAt">, now: number): boolean {
  return lastUsedAt === null || now - lastUsedAt >= LAST_USED_EXACTNESS_MS;
}
