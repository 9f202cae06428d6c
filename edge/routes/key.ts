import { Hono } from "hono";
import {
  consumeVideoHlsKeyToken,
  type GateRefusal,
} from "../../shared/application/commands/consume-video-hls-key-token.ts";
import { isQuality } from "../../shared/domain/quality.ts";
import { CONTENT_KEY_BYTES } from "../../shared/key-vault/key-vault.ts";
import type { PlaybackClaims } from "../../shared/playback-token/claims.ts";
import type { Context } from "../context.ts";
import { type ProblemCode, problem } from "../http-errors.ts";
import { PUBLIC_HEADERS } from "../middleware/public-headers.ts";
import { type GateEnv, recordGateRefusals } from "../middleware/record-gate-refusals.ts";
import { readToken } from "../playback/read-token.ts";
import { isElsewhere } from "../playback/session-binding.ts";

const CODE_OF = {
  "quality-not-allowed": "quality-not-allowed",
  "token-unknown": "token-unknown",
  "token-revoked": "token-revoked",
  "token-expired": "token-expired",
  "session-ended": "session-ended",
  "key-unknown": "key-unknown",
  "key-superseded": "key-superseded",
  "uses-exhausted": "uses-exhausted",
  "session-limit": "session-limit",
} as const satisfies Record<GateRefusal, ProblemCode>;

/** The gate: `/video/enc/key?keyId=&quality=&token=` gives 16 bytes or a reason, and counts play sessions. */
export function keyRoutes(context: Context): Hono<GateEnv> {
  const { tokens, vault, playbackTokens, settings, now } = context;
  const routes = new Hono<GateEnv>();
  routes.use(recordGateRefusals(context));
  const maxAge = ({ expiresAt }: PlaybackClaims, at: number) =>
    Math.min(settings.KEY_MAX_AGE_SECONDS, Math.max(0, Math.floor(expiresAt - at / 1000)));
  routes.get("/", async (c) => {
    // One by one, which hono finds without taking the whole query apart.
    const [keyId, quality] = [c.req.query("keyId"), c.req.query("quality")];
    const at = now();
    const read = await readToken(playbackTokens, c.req.query("token"), at);
    if (read.kind === "refused") return read.response;
    c.set("gate", { claims: read.claims });
    if (isElsewhere(settings.SESSION_BINDING, read.claims, c.req.raw)) return problem("session-elsewhere");
    if (keyId === undefined || quality === undefined || !isQuality(quality)) return problem("key-unknown");
    if (!read.claims.qualities.includes(quality)) return problem("quality-not-allowed");
    // Hono answers HEAD by way of GET. A HEAD consumes nothing, so it ends at what the signature says.
    if (c.req.raw.method === "HEAD") return keyResponse(null, maxAge(read.claims, at));
    const outcome = await consumeVideoHlsKeyToken({ tokens, vault }, read.claims, { keyId, quality }, at);
    if (outcome.kind === "key") return keyResponse(outcome.key, maxAge(read.claims, at));
    c.set("gate", { claims: read.claims, viewer: outcome.viewer });
    return problem(CODE_OF[outcome.reason]);
  });
  return routes;
}

/** Who asks with every segment gets it from the browser's own cache for that long. No shared cache keeps it. */
function keyResponse(key: Uint8Array<ArrayBuffer> | null, maxAgeSeconds: number): Response {
  return new Response(key, { headers: keyHeaders(maxAgeSeconds) });
}

/** By seconds, of which there are few. Answers copy them as a whole, which is quicker than to set each. */
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
