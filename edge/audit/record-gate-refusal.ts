import { isQuality } from "../../shared/domain/quality.ts";
import { fromWire, type PlaybackClaims } from "../../shared/playback-token/claims.ts";
import type { TokenSigner } from "../../shared/playback-token/token-signer.ts";
import type { ProblemCode } from "../http/problems.ts";
import type { KeyAddress } from "../playback/key-address.ts";
import { clientOf } from "./client-of.ts";
import type { RefusalCounter } from "./refusal-counter.ts";

/** What the gate has learnt for certain: claims whose signature holds, and whom their row names. */
export type GateFacts = { readonly claims: PlaybackClaims; readonly viewer: string | null };

export type GateRefusal = {
  readonly reason: ProblemCode;
  readonly status: number;
  /** Null where no signature held, or was looked at. */
  readonly facts: GateFacts | null;
  readonly asked: KeyAddress;
};

/**
 * A refusal at the key gate, into the audit log. Nothing of it happens before the answer, and nothing of it asks the
 * database: refusals are counted in memory and leave by a queue.
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
 * Without claims that are ours nothing of the request is told but where it came from. A token's id is told where the
 * token has a row, since it is what `revoke` takes; of the others anybody may have any number.
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
