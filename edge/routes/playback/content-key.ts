import type { Hono } from "hono";
import type { StoredKey } from "../../../shared/application/ports/gate-readings.ts";
import { isQuality } from "../../../shared/domain/quality/quality.ts";
import { CONTENT_KEY_BYTES } from "../../../shared/key-vault/key-vault.ts";
import type { PlaybackClaims } from "../../../shared/playback-token/claims.ts";
import { recordGateRefusal } from "../../audit/record-gate-refusal.ts";
import type { Context } from "../../context.ts";
import type { Later } from "../../gate/freshness.ts";
import { openKey, openKnownKey } from "../../gate/gate.ts";
import { type ProblemCode, problem } from "../../http/problems.ts";
import { PUBLIC_HEADERS, withPublicHeaders } from "../../middleware/public-headers.ts";
import type { KeyAddress } from "../../playback/key-address.ts";
import { readVerified } from "../../playback/read-token.ts";
import { isElsewhere } from "../../playback/session-binding.ts";

export type KeyHandler = (
  asked: KeyAddress,
  request: Request,
  execution: Pick<ExecutionContext, "waitUntil">,
) => Promise<Response>;

/** The route of keys, for every spelling of a URL and for HEAD; see `keyHandler`. */
export function routeKeys(app: Hono, answer: KeyHandler): void {
  app.get("/video/enc/key", (c) => {
    const asked = { keyId: c.req.query("keyId"), quality: c.req.query("quality"), token: c.req.query("token") };
    return answer(asked, c.req.raw, c.executionCtx);
  });
}

export type KeyDeps = Pick<Context, "gate" | "minutes" | "vault" | "playbackTokens" | "settings" | "now" | "refusals">;

/**
 * Returns 16 bytes or a reason, counts play sessions, and records refusals. One function where others would be called:
 * the promise of each costs every key.
 */
export function keyHandler(deps: KeyDeps): KeyHandler {
  const { gate, minutes, vault, playbackTokens, settings, now } = deps;
  const maxAge = ({ expiresAt }: PlaybackClaims, at: number) =>
    Math.min(settings.KEY_MAX_AGE_SECONDS, Math.max(0, Math.floor(expiresAt - at / 1000)));
  // A key leaves memory with the snapshot that it belongs to. The key-encryption key stays there anyway.
  const unwrapped = new WeakMap<StoredKey, Uint8Array<ArrayBuffer>>();
  const unwrap = async (key: StoredKey) => {
    const bytes = await vault.unwrap(key, key);
    unwrapped.set(key, bytes);
    return bytes;
  };

  return async (asked, request, execution) => {
    const { keyId, quality, token } = asked;
    const at = now();
    const read = readVerified(token, token ? await playbackTokens.verify(token, at / 1000) : null);
    if (read.kind === "refused") return refusal(deps, { reason: read.code, claims: null, asked }, request, execution);
    const { claims } = read;
    const refused = (reason: ProblemCode) => refusal(deps, { reason, claims, asked }, request, execution);
    if (isElsewhere(settings.SESSION_BINDING, claims, request)) return refused("session-elsewhere");
    if (keyId === undefined || quality === undefined || !isQuality(quality)) return refused("key-unknown");
    if (!claims.qualities.includes(quality)) return refused("quality-not-allowed");
    // HEAD is answered like GET but counts nothing, so it ends at the signature.
    if (request.method === "HEAD") return keyResponse(null, maxAge(claims, at));
    let key = openKnownKey(gate, claims, { keyId, quality }, at);
    if (key === null) {
      const later: Later = (work) => execution.waitUntil(work);
      const opened = await openKey(gate, claims, { keyId, quality }, at, later);
      if (opened.kind === "refused") return refused(opened.reason);
      key = opened.key;
    }
    minutes.served("keys", at);
    return keyResponse(unwrapped.get(key) ?? (await unwrap(key)), maxAge(claims, at));
  };
}

type Refused = { readonly reason: ProblemCode; readonly claims: PlaybackClaims | null; readonly asked: KeyAddress };

function refusal(
  deps: KeyDeps,
  { reason, claims, asked }: Refused,
  request: Request,
  execution: Pick<ExecutionContext, "waitUntil">,
): Response {
  const response = withPublicHeaders(problem(reason));
  deps.minutes.refused(reason, deps.now());
  // A passing fault of ours is no event of a viewer.
  if (reason === "unavailable") return response;
  recordGateRefusal(deps, { reason, status: response.status, claims, asked }, request, execution);
  return response;
}

/**
 * A player that requests the key for every segment gets it from the browser's cache for this long. No shared cache
 * keeps it.
 */
function keyResponse(key: Uint8Array<ArrayBuffer> | null, maxAgeSeconds: number): Response {
  const response = new Response(key, { headers: keyHeaders(maxAgeSeconds) });
  // The runtime sets the length of a body.
  if (key === null) response.headers.set("content-length", String(CONTENT_KEY_BYTES));
  return response;
}

/** Cached by seconds, of which there are few values. Copying headers as a whole is faster than setting each. */
const headersByAge: Headers[] = [];

/** Of the public headers those that mean something for 16 bytes: each costs a key about a hundredth of its time. */
function keyHeaders(maxAgeSeconds: number): Headers {
  headersByAge[maxAgeSeconds] ??= new Headers({
    "access-control-allow-origin": PUBLIC_HEADERS["access-control-allow-origin"],
    "x-content-type-options": PUBLIC_HEADERS["x-content-type-options"],
    "content-type": "application/octet-stream",
    "cache-control": `private, max-age=${maxAgeSeconds}`,
  });
  return headersByAge[maxAgeSeconds];
}
