import type { Hono } from "hono";
import { consumeVideoHlsKeyToken } from "../../../shared/application/commands/consume-video-hls-key-token.ts";
import { isQuality } from "../../../shared/domain/quality.ts";
import { CONTENT_KEY_BYTES } from "../../../shared/key-vault/key-vault.ts";
import type { PlaybackClaims } from "../../../shared/playback-token/claims.ts";
import { type GateFacts, recordGateRefusal } from "../../audit/record-gate-refusal.ts";
import type { Context } from "../../context.ts";
import { type ProblemCode, problem } from "../../http/problems.ts";
import { PUBLIC_HEADERS, withPublicHeaders } from "../../middleware/public-headers.ts";
import { DATABASE_TIMEOUT_MS, timedOut, within } from "../../middleware/timeout.ts";
import type { KeyAddress } from "../../playback/key-address.ts";
import { readToken } from "../../playback/read-token.ts";
import { isElsewhere } from "../../playback/session-binding.ts";

export type KeyHandler = (
  asked: KeyAddress,
  request: Request,
  execution: Pick<ExecutionContext, "waitUntil">,
) => Promise<Response>;

type Refusal = { readonly refused: ProblemCode; readonly facts: GateFacts | null };

/** The route of keys, for every spelling of a URL and for HEAD; see `keyHandler`. */
export function routeKeys(app: Hono, answer: KeyHandler): void {
  app.get("/video/enc/key", (c) => {
    const asked = { keyId: c.req.query("keyId"), quality: c.req.query("quality"), token: c.req.query("token") };
    return answer(asked, c.req.raw, c.executionCtx);
  });
}

/** The key endpoint: 16 bytes or a reason. It counts play sessions and records refusals. */
export function keyHandler(context: Context): KeyHandler {
  const gate = keyGate(context);
  const answer: KeyHandler = async (asked, request, execution) => {
    const outcome = await gate(asked, request);
    if (outcome instanceof Response) return outcome;
    const response = withPublicHeaders(problem(outcome.refused));
    const { refused: reason, facts } = outcome;
    recordGateRefusal(context, { reason, status: response.status, facts, asked }, request, execution);
    return response;
  };
  return async (asked, request, execution) => {
    const answered = await within(DATABASE_TIMEOUT_MS, answer(asked, request, execution));
    return answered === "late" ? withPublicHeaders(timedOut(request.url)) : answered;
  };
}

function keyGate({ tokens, vault, playbackTokens, settings, now }: Context) {
  const maxAge = ({ expiresAt }: PlaybackClaims, at: number) =>
    Math.min(settings.KEY_MAX_AGE_SECONDS, Math.max(0, Math.floor(expiresAt - at / 1000)));

  return async ({ keyId, quality, token }: KeyAddress, request: Request): Promise<Response | Refusal> => {
    const at = now();
    const read = await readToken(playbackTokens, token, at);
    if (read.kind === "refused") return { refused: read.code, facts: null };
    const { claims } = read;
    const refused = (code: ProblemCode, viewer: string | null = null) => ({ refused: code, facts: { claims, viewer } });
    if (isElsewhere(settings.SESSION_BINDING, claims, request)) return refused("session-elsewhere");
    if (keyId === undefined || quality === undefined || !isQuality(quality)) return refused("key-unknown");
    if (!claims.qualities.includes(quality)) return refused("quality-not-allowed");
    // HEAD is answered like GET but counts nothing, so it ends at the signature.
    if (request.method === "HEAD") return keyResponse(null, maxAge(claims, at));
    const outcome = await consumeVideoHlsKeyToken({ tokens, vault }, claims, { keyId, quality }, at);
    if (outcome.kind === "key") return keyResponse(outcome.key, maxAge(claims, at));
    return refused(outcome.reason, outcome.viewer);
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
