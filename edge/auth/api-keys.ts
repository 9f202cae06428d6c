import { hashOfSecret, parseApiKey } from "../../shared/application/api-key-text.ts";
import type { ApiKeyStore } from "../../shared/application/ports/api-key-store.ts";
import { apiKeyStatus, isUseToRecord, LAST_USED_EXACTNESS_MS } from "../../shared/domain/access/api-key.ts";
import type { Later } from "../gate/freshness.ts";
import { logError } from "../log/log.ts";
import { bearerToken, equalHashes } from "./bearer.ts";
import type { Attempt, AuthResult } from "./caller.ts";
import { clientNetwork } from "./client-network.ts";
import type { KeySender, KnownApiKey, KnownApiKeys } from "./known-api-keys.ts";
import type { LookUps } from "./look-ups.ts";
import type { SeenApiKeys } from "./seen-api-keys.ts";

export type ApiKeyAuthenticator = {
  /** ADMIN_API_KEY: a setting, so that it works while the database is empty or unavailable. */
  readonly isFirstKey: (given: string) => Promise<boolean>;
  readonly apiKeys: Pick<ApiKeyStore, "find" | "recordUse">;
  readonly known: KnownApiKeys;
  readonly seen: SeenApiKeys;
  /** Of administration. */
  readonly lookUps: LookUps;
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
  if (await authenticator.isFirstKey(given))
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
 * Nothing is looked up for a key that was unknown within the last second, and look-ups of keys that this isolate does not
 * know as valid are bounded. Wrong keys are limited by network as well: at token issue only they are counted, because a
 * crowd whose site has one address must pass an isolate that has just started. Only the holder of the secret half learns
 * why a key is refused.
 */
async function findKey(
  authenticator: ApiKeyAuthenticator,
  given: string,
  { request, isPrompt }: Pick<Attempt, "request" | "isPrompt">,
  now: number,
  later: Later,
): Promise<FoundApiKey | "too-many" | "away"> {
  const { known, seen, isBeyondLimit } = authenticator;
  const parts = parseApiKey(given);
  if (parts === null) return NO_KEY;
  const hash = await hashOfSecret(parts.secret);
  const key = `${parts.keyId}:${hash}`;
  if (seen.isUnknown(key, now)) return NO_KEY;
  const network = clientNetwork(request.headers.get("cf-connecting-ip") ?? "unknown");
  const sender = { network, wasGood: seen.wasGood(key) };
  if (!sender.wasGood && (isPrompt ? seen.isBlocked(network, now) : await isBeyondLimit(request))) return "too-many";
  const stored = await (isPrompt
    ? known.find(parts.keyId, sender, later)
    : lookedUp(authenticator, parts.keyId, sender, now));
  if (typeof stored === "string") return stored;
  const found = stored.key !== null && equalHashes(hash, stored.key.secretHash) ? stored.key : null;
  seen.note(key, found === null ? "unknown" : apiKeyStatus(found, now) === "ACTIVE" ? "good" : "bad", now);
  if (found !== null) stored.lookUp?.takeBack();
  else if (isPrompt && (await isBeyondLimit(request))) seen.block(network, now);
  return { ...stored, key: found };
}

async function lookedUp(
  { apiKeys, lookUps }: ApiKeyAuthenticator,
  keyId: string,
  { network, wasGood }: KeySender,
  now: number,
): Promise<FoundApiKey | "too-many" | "away"> {
  const lookUp = wasGood ? null : lookUps.begin(network, now);
  return typeof lookUp === "string" ? lookUp : { key: await apiKeys.find(keyId), lookUp };
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
