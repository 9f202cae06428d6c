import { type PlaybackClaims, refreshedClaims, toWire } from "../../playback-token/claims.ts";
import type { TokenSigner } from "../../playback-token/token-signer.ts";
import type { SessionReading, SessionStore } from "../ports/session-store.ts";

export type RefreshOutcome =
  | {
      readonly kind: "refreshed";
      readonly token: string;
      /** Seconds since the epoch. */
      readonly expiresAt: number;
      /** Seconds since the epoch: no refresh moves the end past it. */
      readonly refreshableUntil: number;
    }
  | { readonly kind: "refused"; readonly reason: RefreshRefusal };

export type RefreshRefusal =
  | "not-a-session"
  | "token-expired"
  | "token-unknown"
  | "token-revoked"
  | "session-ended"
  | "key-superseded";

/**
 * A token for the same play session with a later end, at most `longestSeconds` after its first start. What can change
 * is asked again in one round trip: the token's row, whether the session was ended, and the key version. Policies are
 * not: they count at the next token. `claims` are signed; times in `now` are milliseconds.
 */
export async function refreshPlaySession(
  deps: { readonly sessions: SessionStore; readonly signer: TokenSigner },
  claims: PlaybackClaims,
  longestSeconds: number,
  now: number,
): Promise<RefreshOutcome> {
  if (claims.kind !== "session") return { kind: "refused", reason: "not-a-session" };
  // No clock skew is allowed for: a session that is over may have made room for another one of its viewer.
  if (claims.expiresAt * 1000 <= now) return { kind: "refused", reason: "token-expired" };
  const refreshed = refreshedClaims(claims, Math.floor(now / 1000), longestSeconds);
  const reading = await deps.sessions.refresh({
    tokenId: claims.tokenId,
    sessionId: claims.hasRow ? claims.sessionId : null,
    videoPostId: claims.videoPostId,
    fileIndex: claims.fileIndex,
    keyVersion: claims.keyVersion,
    expiresAt: refreshed.expiresAt * 1000,
    now,
  });
  const reason = refusalOf(reading, claims);
  if (reason !== null) return { kind: "refused", reason };
  return {
    kind: "refreshed",
    token: await deps.signer.sign(toWire(refreshed)),
    expiresAt: refreshed.expiresAt,
    refreshableUntil: Math.max(refreshed.expiresAt, claims.startedAt + longestSeconds),
  };
}

/** In the order of the gate's reasons. */
function refusalOf(reading: SessionReading, { hasRow }: PlaybackClaims): RefreshRefusal | null {
  if (hasRow && reading.tokenStatus === null) return "token-unknown";
  if (hasRow && reading.tokenStatus === "REVOKED") return "token-revoked";
  if (reading.sessionEndedAt !== null) return "session-ended";
  return reading.keysUsable ? null : "key-superseded";
}
