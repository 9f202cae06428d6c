import type { Hono } from "hono";
import type { StoredKey } from "../../../shared/application/ports/gate-readings.ts";
import { isQuality } from "../../../shared/domain/quality/quality.ts";
import { CONTENT_KEY_BYTES, type SealedKey } from "../../../shared/key-vault/key-vault.ts";
import type { PlaybackClaims } from "../../../shared/playback-token/claims.ts";
import { recordGateRefusal } from "../../audit/record-gate-refusal.ts";
import type { Context } from "../../context.ts";
import type { Later } from "../../gate/freshness.ts";
import { openKey, openKnownKey } from "../../gate/gate.ts";
import { type ProblemCode, problem } from "../../http/problems.ts";
import { PUBLIC_HEADERS, withPublicHeaders } from "../../middleware/public-headers.ts";
import type { KeyAddress } from "../../playback/key-address.ts";
import { readToken } from "../../playback/read-token.ts";
import { isElsewhere } from "../../playback/session-binding.ts";

export type KeyHandler = (
  asked: KeyAddress,
  request: Request,
  execution: Pick<ExecutionContext, "waitUntil">,
) => Promise<Response>;

type Outcome =
  /** Null: HEAD. */
  | { readonly kind: "key"; readonly key: ArrayBuffer | null; readonly maxAge: number }
  | { readonly kind: "refused"; readonly reason: ProblemCode; readonly claims: PlaybackClaims | null };

/** The route of keys, for every spelling of a URL and for HEAD; see `keyHandler`. */
export function routeKeys(app: Hono, answer: KeyHandler): void {
  app.get("/video/enc/key", (c) => {
    const asked = { keyId: c.req.query("keyId"), quality: c.req.query("quality"), token: c.req.query("token") };
    return answer(asked, c.req.raw, c.executionCtx);
  });
}

type GateDeps = Pick<Context, "gate" | "minutes" | "vault" | "playbackTokens" | "settings" | "now">;
export type KeyDeps = GateDeps & Pick<Context, "refusals">;

/** Returns 16 bytes or a reason, counts play sessions, and records refusals. */
export function keyHandler(deps: KeyDeps): KeyHandler {
  const gate = keyGate(deps);
  return async (asked, request, execution) => {
    const outcome = await gate(asked, request, (work) => execution.waitUntil(work));
    if (outcome.kind === "key") return keyResponse(outcome.key, outcome.maxAge);
    const { reason, claims } = outcome;
    const response = withPublicHeaders(problem(reason));
    deps.minutes.refused(reason, deps.now());
    // A passing fault of ours is no event of a viewer.
    if (reason === "unavailable") return response;
    recordGateRefusal(deps, { reason, status: response.status, claims, asked }, request, execution);
    return response;
  };
}

function keyGate({ gate, minutes, vault, playbackTokens, settings, now }: GateDeps) {
  const maxAge = ({ expiresAt }: PlaybackClaims, at: number) =>
    Math.min(settings.KEY_MAX_AGE_SECONDS, Math.max(0, Math.floor(expiresAt - at / 1000)));
  // Wrapped as they are stored. They leave memory with the snapshot that they belong to.
  const sealedKeys = new WeakMap<StoredKey, SealedKey>();
  const sealed = (key: StoredKey): SealedKey => {
    const known = sealedKeys.get(key) ?? vault.decode(key, key);
    sealedKeys.set(key, known);
    return known;
  };

  return async ({ keyId, quality, token }: KeyAddress, request: Request, later: Later): Promise<Outcome> => {
    const at = now();
    const read = await readToken(playbackTokens, token, at);
    if (read.kind === "refused") return { kind: "refused", reason: read.code, claims: null };
    const { claims } = read;
    const refused = (reason: ProblemCode) => ({ kind: "refused", reason, claims }) as const;
    if (isElsewhere(settings.SESSION_BINDING, claims, request)) return refused("session-elsewhere");
    if (keyId === undefined || quality === undefined || !isQuality(quality)) return refused("key-unknown");
    if (!claims.qualities.includes(quality)) return refused("quality-not-allowed");
    // HEAD is answered like GET but counts nothing, so it ends at the signature.
    if (request.method === "HEAD") return { kind: "key", key: null, maxAge: maxAge(claims, at) };
    let key = openKnownKey(gate, claims, { keyId, quality }, at);
    if (key === null) {
      const opened = await openKey(gate, claims, { keyId, quality }, at, later);
      if (opened.kind === "refused") return refused(opened.reason);
      key = opened.key;
    }
    minutes.served("keys", at);
    return { kind: "key", key: await vault.open(sealed(key)), maxAge: maxAge(claims, at) };
  };
}

/**
 * A player that requests the key for every segment gets it from the browser's cache for this long. No shared cache
 * keeps it.
 */
function keyResponse(key: ArrayBuffer | null, maxAgeSeconds: number): Response {
  return new Response(key, { headers: keyHeaders(maxAgeSeconds) });
}

/** Cached by seconds, of which there are few values. Copying headers as a whole is faster than setting each. */
const headersByAge: Headers[] = [];

/** Of the public headers those that mean something for 16 bytes: each costs a key about a hundredth of its time. */
function keyHeaders(maxAgeSeconds: number): Headers {
  headersByAge[maxAgeSeconds] ??= new Headers({
    "access-control-allow-origin": PUBLIC_HEADERS["access-control-allow-origin"],
    "x-content-type-options": PUBLIC_HEADERS["x-content-type-options"],
    "content-type": "application/octet-stream",
    "content-length": String(CONTENT_KEY_BYTES),
    "cache-control": `private, max-age=${maxAgeSeconds}`,
  });
  return headersByAge[maxAgeSeconds];
}
