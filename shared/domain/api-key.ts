import type { Scope } from "./scope.ts";

/** What is known of an API key. Its secret half is shown once, at creation, and nobody has it after that. */
export type ApiKey = {
  /** Public half: what lists, logs and the ids of callers name. */
  readonly keyId: string;
  /** For people: who has it, and what for. */
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Id of the caller who made it. */
  readonly createdBy: string;
  /** Milliseconds since the epoch, as all the times here. */
  readonly createdAt: number;
  /** Null for a key without an end. */
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
  /** A minute late at the most; null for a key that was never used. */
  readonly lastUsedAt: number | null;
};

export type ApiKeyStatus = "ACTIVE" | "EXPIRED" | "REVOKED";

export function apiKeyStatus(key: Pick<ApiKey, "expiresAt" | "revokedAt">, now: number): ApiKeyStatus {
  if (key.revokedAt !== null) return "REVOKED";
  return key.expiresAt !== null && key.expiresAt <= now ? "EXPIRED" : "ACTIVE";
}

/** How exact `lastUsedAt` is: a key that is used all the time costs one write in this time. */
export const LAST_USED_EXACTNESS_MS = 60_000;

/** Whether a use at `now` is worth writing down. */
export function isUseToRecord({ lastUsedAt }: Pick<ApiKey, "lastUsedAt">, now: number): boolean {
  return lastUsedAt === null || now - lastUsedAt >= LAST_USED_EXACTNESS_MS;
}
