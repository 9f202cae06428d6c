import { hashOfSecret, parseApiKey } from "../../shared/application/api-key-text.ts";
import type { ApiKeyStore } from "../../shared/application/ports/api-key-store.ts";
import { apiKeyStatus, isUseToRecord, LAST_USED_EXACTNESS_MS } from "../../shared/domain/api-key.ts";
import type { Later } from "../gate/freshness.ts";
import { logError } from "../log/log.ts";
import { bearerToken, equalSecrets } from "./bearer.ts";
import type { Attempt, AuthResult } from "./caller.ts";
import type { KnownApiKey, KnownApiKeys } from "./known-api-keys.ts";
import type { SeenApiKeys } from "./seen-api-keys.ts";

export type ApiKeyAuthenticator = {
  /** ADMIN_API_KEY: a setting, so that it works while the database is empty or unavailable. */
  readonly firstKey: string;
  readonly apiKeys: Pick<ApiKeyStore, "find" | "recordUse">;
  readonly known: KnownApiKeys;
  readonly seen: SeenApiKeys;
  /** Whether the request's network has used up its look-ups of keys that this isolate does not know as valid. */
  readonly isBeyondLimit: (request: Request) => Promise<boolean>;
  readonly wait: (ms: number) => Promise<unknown>;
};

/** A use is written when the requests that come with it have been answered: a burst of them costs reads only. */
const RECORD_USE_AFTER_MS = 10_000;

/** The caller of `Authorization: Bearer`. `later` takes work that the response does not wait for. */
export async function authenticateByApiKey(
  authenticator: ApiKeyAuthenticator,
  attempt: Pick<Attempt, "request" | "isPrompt">,
  now: number,
  later: Later,
): Promise<AuthResult> {
  const { request } = attempt;
  if (!request.headers.has("authorization")) return { kind: "none" };
  const given = bearerToken(request);
  if (given === null) return refused("send an API key as Authorization: Bearer");
  if (await equalSecrets(given, authenticator.firstKey))
    return { kind: "caller", caller: { id: "api-key:admin", scopes: ["admin"] } };
  const found = await findKey(authenticator, given, attempt, now, later);
  if (found === "too-many") return { kind: "refused", code: "too-many-requests" };
  if (found === "away") return { kind: "unavailable", reason: "API keys cannot be looked up now" };
  if (found.key === null) return refused();
  const { key, feedPosition } = found;
  const status = apiKeyStatus(key, now);
  if (status === "REVOKED") return refused("this API key was revoked");
  if (status === "EXPIRED") return refused("this API key has expired");
  const { keyId } = key;
  if (isUseToRecord(key, now) && authenticator.seen.noteUse(keyId, now)) later(recordUse(authenticator, keyId, now));
  const caller = { id: `api-key:${keyId}`, scopes: key.scopes };
  return { kind: "caller", caller, ...(feedPosition !== undefined && { feedPosition }) };
}

type FoundApiKey = Omit<KnownApiKey, "feedPosition"> & Partial<KnownApiKey>;
const NO_KEY: FoundApiKey = { key: null };

/**
 * Nothing is looked up for a key that was unknown within the last second, and made-up keys cost nothing: look-ups of keys
 * that this isolate does not know as valid stop in a flood. Administration counts them by network as well; a crowd whose
 * site has one address must pass an isolate that has just started. Only the holder of the secret half learns why a key
 * is refused.
 */
async function findKey(
  { apiKeys, known, seen, isBeyondLimit }: ApiKeyAuthenticator,
  given: string,
  { request, isPrompt }: Pick<Attempt, "request" | "isPrompt">,
  now: number,
  later: Later,
): Promise<FoundApiKey | "too-many" | "away"> {
  const parts = parseApiKey(given);
  if (parts === null) return NO_KEY;
  const hash = await hashOfSecret(parts.secret);
  const key = `${parts.keyId}:${hash}`;
  if (seen.isUnknown(key, now)) return NO_KEY;
  if (!seen.wasGood(key)) {
    if (!isPrompt && (await isBeyondLimit(request))) return "too-many";
    if (seen.isFlooded(now)) return "away";
  }
  const stored = await (isPrompt ? known.find(parts.keyId, later) : { key: await apiKeys.find(parts.keyId) });
  if (stored === "away") return "away";
  const found = stored.key !== null && (await equalSecrets(hash, stored.key.secretHash)) ? stored.key : null;
  seen.note(key, found === null ? "unknown" : apiKeyStatus(found, now) === "ACTIVE" ? "good" : "bad", now);
  return { ...stored, key: found };
}

/** A use that cannot be recorded is no reason to refuse it. */
async function recordUse({ apiKeys, wait }: ApiKeyAuthenticator, keyId: string, now: number): Promise<void> {
  try {
    await wait(RECORD_USE_AFTER_MS);
    await apiKeys.recordUse(keyId, now, LAST_USED_EXACTNESS_MS);
  } catch (error) {
    logError("api-key-use", error, { keyId });
  }
}

function refused(reason?: string): AuthResult {
  return { kind: "refused", code: "credentials-invalid", ...(reason === undefined ? {} : { reason }) };
}
