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
import { readToken } from "../playback/read-token.ts";

/** How long a player may keep a key before it asks again: long enough for those that ask with every segment. */
const KEY_MAX_AGE_SECONDS = 300;

const CODE_OF = {
  "quality-not-allowed": "quality-not-allowed",
  "token-unknown": "token-unknown",
  "token-revoked": "token-revoked",
  "token-expired": "token-expired",
  "key-unknown": "key-unknown",
  "key-superseded": "key-superseded",
  "uses-exhausted": "uses-exhausted",
} as const satisfies Record<GateRefusal, ProblemCode>;

/** The gate: `/video/enc/key?keyId=&quality=&token=` gives 16 bytes or a reason, and counts play sessions. */
export function keyRoutes({ tokens, vault, playbackTokens, now }: Context): Hono {
  const routes = new Hono();
  routes.get("/", async (c) => {
    const { token, keyId, quality } = c.req.query();
    const at = now();
    const read = await readToken(playbackTokens, token, at);
    if (read.kind === "refused") return read.response;
    if (keyId === undefined || quality === undefined || !isQuality(quality)) return problem("key-unknown");
    if (!read.claims.qualities.includes(quality)) return problem("quality-not-allowed");
    // Hono answers HEAD by way of GET. A HEAD consumes nothing, so it ends at what the signature says.
    if (c.req.raw.method === "HEAD") return keyResponse(null, read.claims, at);
    const outcome = await consumeVideoHlsKeyToken({ tokens, vault }, read.claims, { keyId, quality }, at);
    return outcome.kind === "key" ? keyResponse(outcome.key, read.claims, at) : problem(CODE_OF[outcome.reason]);
  });
  return routes;
}

function keyResponse(key: Uint8Array<ArrayBuffer> | null, claims: PlaybackClaims, now: number): Response {
  const left = Math.max(0, Math.floor(claims.expiresAt - now / 1000));
  return new Response(key, {
    headers: {
      "content-type": "application/octet-stream",
      "content-length": String(CONTENT_KEY_BYTES),
      "cache-control": `private, max-age=${Math.min(KEY_MAX_AGE_SECONDS, left)}`,
    },
  });
}
