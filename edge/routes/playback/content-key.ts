import type { Hono } from "hono";
import { isQuality } from "../../../shared/domain/quality.ts";
import { CONTENT_KEY_BYTES } from "../../../shared/key-vault/key-vault.ts";
import type { PlaybackClaims } from "../../../shared/playback-token/claims.ts";
import { recordGateRefusal } from "../../audit/record-gate-refusal.ts";
import type { Context } from "../../context.ts";
import type { Later } from "../../gate/freshness.ts";
import { openKey } from "../../gate/gate.ts";
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
  | { readonly kind: "key"; readonly key: Uint8Array<ArrayBuffer> | null; readonly maxAge: number }
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
    const opened = await openKey(gate, claims, { keyId, quality }, at, later);
    if (opened.kind === "refused") return refused(opened.reason);
    const { key } = opened;
    minutes.served("keys", at);
    const bytes = await vault.unwrap(key, { fileId: key.fileId, quality, keyVersion: key.keyVersion });
    return { kind: "key", key: bytes, maxAge: maxAge(claims, at) };
  };
}

/**
 * A player that requests the key for every segment gets it from the browser's cache for this long. No shared cache
 * keeps it.
 */
function keyResponse(key: Uint8Array<ArrayBuffer> | null, maxAgeSeconds: number): Response {
  return new Response(key, { headers: keyHeaders(maxAgeSeconds) });
}

/** Cached by seconds, of which there are few values. Copying headers as a whole is faster than setting each. */
const headersByAge: Headers[] = [];

function keyHeaders(maxAgeSeconds: number): Headers {
  headersByAge[maxAgeSeconds] ??= new Headers({
    ...PUBLIC_HEADERS,
    "content-type": "application/octet-stream",
    "content-length": String(CONTENT_KEY_BYTES),
    "cache-control": `private, max-age=${maxAgeSeconds}`,
  });
  return headersByAge[maxAgeSeconds];
}
