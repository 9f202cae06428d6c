import { hashOfSecret, parseApiKey } from "../../shared/application/api-key-text.ts";
import type { ApiKeyStore, StoredApiKey } from "../../shared/application/ports/api-key-store.ts";
import { apiKeyStatus, isUseToRecord, LAST_USED_EXACTNESS_MS } from "../../shared/domain/api-key.ts";
import { logError } from "../log/log.ts";
import { bearerToken, equalSecrets } from "./bearer.ts";
import type { AuthResult } from "./caller.ts";
import type { SeenApiKeys } from "./seen-api-keys.ts";

export type ApiKeyAuthenticator = {
  /** ADMIN_API_KEY: a setting, so that it works while the database is empty or unavailable. */
  readonly firstKey: string;
  readonly apiKeys: ApiKeyStore;
  readonly seen: SeenApiKeys;
  /** Whether the request's network has used up its look-ups of keys that this isolate does not know as valid. */
  readonly isBeyondLimit: (request: Request) => Promise<boolean>;
};

/** The caller of `Authorization: Bearer`. `later` takes work that the response does not wait for. */
export async function authenticateByApiKey(
  authenticator: ApiKeyAuthenticator,
  request: Request,
  now: number,
  later: (work: Promise<unknown>) => void,
): Promise<AuthResult> {
  if (!request.headers.has("authorization")) return { kind: "none" };
  const given = bearerToken(request);
  if (given === null) return refused("send an API key as Authorization: Bearer");
  if (await equalSecrets(given, authenticator.firstKey))
    return { kind: "caller", caller: { id: "api-key:admin", scopes: ["admin"] } };
  const found = await findKey(authenticator, given, request, now);
  if (found === "too-many") return { kind: "refused", code: "too-many-requests" };
  if (found === null) return refused();
  const status = apiKeyStatus(found, now);
  if (status === "REVOKED") return refused("this API key was revoked");
  if (status === "EXPIRED") return refused("this API key has expired");
  if (isUseToRecord(found, now)) later(recordUse(authenticator.apiKeys, found.keyId, now));
  return { kind: "caller", caller: { id: `api-key:${found.keyId}`, scopes: found.scopes } };
}

/**
 * One query, and none for a key that was unknown within the last second. Look-ups of keys that this isolate does not
 * know as valid are counted by network, since made-up keys cost nothing. Only the holder of the secret half learns why
 * a key is refused.
 */
async function findKey(
  { apiKeys, seen, isBeyondLimit }: ApiKeyAuthenticator,
  given: string,
  request: Request,
  now: number,
): Promise<StoredApiKey | "too-many" | null> {
  const parts = parseApiKey(given);
  if (parts === null) return null;
  const hash = await hashOfSecret(parts.secret);
  const key = `${parts.keyId}:${hash}`;
  if (seen.isUnknown(key, now)) return null;
  if (!seen.wasGood(key) && (await isBeyondLimit(request))) return "too-many";
  const stored = await apiKeys.find(parts.keyId);
  const found = stored !== null && (await equalSecrets(hash, stored.secretHash)) ? stored : null;
  seen.note(key, found === null ? "unknown" : apiKeyStatus(found, now) === "ACTIVE" ? "good" : "bad", now);
  return found;
}

/** A use that cannot be recorded is no reason to refuse it. */
async function recordUse(apiKeys: ApiKeyStore, keyId: string, now: number): Promise<void> {
  try {
    await apiKeys.recordUse(keyId, now, LAST_USED_EXACTNESS_MS);
  } catch (error) {
    logError("api-key-use", error, { keyId });
  }
}

function refused(reason?: string): AuthResult {
  return { kind: "refused", code: "credentials-invalid", ...(reason === undefined ? {} : { reason }) };
}
