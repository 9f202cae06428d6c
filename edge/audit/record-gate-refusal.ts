import { isQuality } from "../../shared/domain/quality/quality.ts";
import { fromWire, isCounted, type PlaybackClaims } from "../../shared/playback-token/claims.ts";
import type { TokenSigner } from "../../shared/playback-token/token-signer.ts";
import type { ProblemCode } from "../http/problems.ts";
import type { KeyAddress } from "../playback/key-address.ts";
import { clientOf } from "./client-of.ts";
import type { EventCounter } from "./event-counter.ts";

export type GateRefusal = {
  readonly reason: ProblemCode;
  readonly status: number;
  /** Null where no signature held, or was looked at. */
  readonly claims: PlaybackClaims | null;
  readonly asked: KeyAddress;
};

/**
 * Records a refusal of the key endpoint. Nothing happens before the response, and no database is read: refusals are
 * counted in memory and leave through a queue.
 */
export function recordGateRefusal(
  context: { readonly refusals: EventCounter; readonly playbackTokens: TokenSigner },
  { reason, status, claims, asked }: GateRefusal,
  request: Request,
  execution: Pick<ExecutionContext, "waitUntil">,
): void {
  const note = async () => {
    const known = claims ?? (await claimsOfExpired(context, reason, asked.token));
    const refusal = { action: "gate.refuse", status, reason, ...clientOf(request), ...told(known, asked.quality) };
    context.refusals.note(refusal, execution);
  };
  execution.waitUntil(note());
}

/** An expired token still names its post. */
async function claimsOfExpired(
  { playbackTokens }: { readonly playbackTokens: TokenSigner },
  reason: ProblemCode,
  token: string | undefined,
): Promise<PlaybackClaims | null> {
  if (reason !== "token-expired" || token === undefined) return null;
  const verified = await playbackTokens.verify(token, "ignore-expiry");
  return verified.kind === "valid" ? fromWire(verified.payload) : null;
}

/**
 * Without claims that are ours, only the origin of the request is recorded. A token's id is recorded where the token
 * names a viewer or counts something; anybody may have any number of the others.
 */
function told(claims: PlaybackClaims | null, quality: string | undefined) {
  if (claims === null) return { actor: "anonymous", videoPostId: null, fileIndex: null, details: null };
  const { viewerId, apiKeyId } = claims;
  const isNamed = viewerId !== null || apiKeyId !== null || isCounted(claims);
  return {
    actor: viewerId === null ? "anonymous" : `viewer:${viewerId}`,
    videoPostId: claims.videoPostId,
    fileIndex: claims.fileIndex,
    details: {
      keyVersion: claims.keyVersion,
      ...(quality !== undefined && isQuality(quality) ? { quality } : {}),
      ...(isNamed ? { tokenId: claims.tokenId } : {}),
    },
  };
}
