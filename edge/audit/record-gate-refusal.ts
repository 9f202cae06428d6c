import { isQuality } from "../../shared/domain/quality.ts";
import { fromWire, type PlaybackClaims } from "../../shared/playback-token/claims.ts";
import type { TokenSigner } from "../../shared/playback-token/token-signer.ts";
import type { ProblemCode } from "../http/problems.ts";
import type { KeyAddress } from "../playback/key-address.ts";
import { clientOf } from "./client-of.ts";
import type { RefusalCounter } from "./refusal-counter.ts";

/** What the key endpoint knows for certain: verified claims and their viewer. */
export type GateFacts = { readonly claims: PlaybackClaims; readonly viewer: string | null };

export type GateRefusal = {
  readonly reason: ProblemCode;
  readonly status: number;
  /** Null if no signature was verified. */
  readonly facts: GateFacts | null;
  readonly asked: KeyAddress;
};

/**
 * Records a refusal of the key endpoint. Nothing happens before the response, and no database is read: refusals are
 * counted in memory and leave through a queue.
 */
export function recordGateRefusal(
  context: { readonly refusals: RefusalCounter; readonly playbackTokens: TokenSigner },
  { reason, status, facts, asked }: GateRefusal,
  request: Request,
  execution: Pick<ExecutionContext, "waitUntil">,
): void {
  const note = async () => {
    const known = facts ?? (await factsOfExpired(context, reason, asked.token));
    const refusal = { action: "gate.refuse", status, reason, ...clientOf(request), ...told(known, asked.quality) };
    context.refusals.note(refusal, execution);
  };
  execution.waitUntil(note());
}

/** An expired token still names its post. */
async function factsOfExpired(
  { playbackTokens }: { readonly playbackTokens: TokenSigner },
  reason: ProblemCode,
  token: string | undefined,
): Promise<GateFacts | null> {
  if (reason !== "token-expired" || token === undefined) return null;
  const verified = await playbackTokens.verify(token, "ignore-expiry");
  const claims = verified.kind === "valid" ? fromWire(verified.payload) : null;
  return claims === null ? null : { claims, viewer: null };
}

/**
 * Without verified claims only the client is recorded. A token's id is recorded only if the token has a row, because
 * `revoke` takes it.
 */
function told(facts: GateFacts | null, quality: string | undefined) {
  if (facts === null) return { actor: "anonymous", videoPostId: null, fileIndex: null, details: null };
  const { claims, viewer } = facts;
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
