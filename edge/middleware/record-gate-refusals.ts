import type { MiddlewareHandler } from "hono";
import { isQuality } from "../../shared/domain/quality.ts";
import { fromWire, type PlaybackClaims } from "../../shared/playback-token/claims.ts";
import { clientOf } from "../audit/client-of.ts";
import type { Context } from "../context.ts";
import { problemCodeOf } from "../http-errors.ts";

/** What the gate has learnt for certain: claims whose signature holds, and whom their row names. */
export type GateFacts = { readonly claims: PlaybackClaims; readonly viewer?: string | null };
export type GateEnv = { Variables: { gate: GateFacts } };

/**
 * Every refusal at the key gate, into the audit log. Nothing of it happens before the answer, and nothing of it asks
 * the database: refusals are counted in memory and leave by a queue. Faults of ours (5xx) are no refusals.
 */
export function recordGateRefusals(context: Pick<Context, "refusals" | "playbackTokens">): MiddlewareHandler<GateEnv> {
  return async (c, next) => {
    await next();
    const { status } = c.res;
    if (status < 400 || status >= 500 || !["GET", "HEAD"].includes(c.req.method)) return;
    const answer = c.res.clone();
    const execution = c.executionCtx;
    const { token, quality } = c.req.query();
    const note = async () => {
      const reason = await problemCodeOf(answer);
      const facts: GateFacts | null = c.get("gate") ?? (await factsOfExpired(context, reason, token));
      const refusal = { action: "gate.refuse", status, reason, ...clientOf(c.req.raw), ...told(facts, quality) };
      context.refusals.note(refusal, execution);
    };
    execution.waitUntil(note());
  };
}

/** A token that has expired is still ours: at time 0 it had not. */
async function factsOfExpired(
  { playbackTokens }: Pick<Context, "playbackTokens">,
  reason: string | null,
  token: string | undefined,
): Promise<GateFacts | null> {
  if (reason !== "token-expired" || token === undefined) return null;
  const verified = await playbackTokens.verify(token, 0);
  const claims = verified.kind === "valid" ? fromWire(verified.payload) : null;
  return claims === null ? null : { claims };
}

/**
 * Without claims that are ours nothing of the request is told but where it came from. A token's id is told where the
 * token has a row, since it is what `revoke` takes; of the others anybody may have any number.
 */
function told(facts: GateFacts | null, quality: string | undefined) {
  if (facts === null) return { actor: "anonymous", videoPostId: null, fileIndex: null, details: null };
  const { claims, viewer = null } = facts;
  return {
    actor: viewer === null ? "anonymous" : `viewer:${viewer}`,
    videoPostId: claims.videoPostId,
    fileIndex: claims.fileIndex,
    details: {
      keyVersion: claims.keyVersion,
      ...(quality !== undefined && isQuality(quality) ? { quality } : {}),
      ...(claims.hasRow ? { tokenId: claims.tokenId } : {}),
    },
  };
}
