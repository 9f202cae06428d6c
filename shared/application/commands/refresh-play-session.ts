import { type PlaybackClaims, refreshedClaims, toWire } from "../../playback-token/claims.ts";
import type { TokenSigner } from "../../playback-token/token-signer.ts";

export type RefreshOutcome =
  | {
      readonly kind: "refreshed";
      readonly token: string;
      /** Milliseconds since the epoch. */
      readonly expiresAt: number;
      /** Milliseconds since the epoch. No refresh moves the end past it. */
      readonly refreshableUntil: number;
    }
  | { readonly kind: "refused"; readonly reason: RefreshRefusal };

export type RefreshRefusal =
  | "not-a-session"
  | "token-expired"
  | "token-revoked"
  | "session-ended"
  | "session-limit"
  | "uses-exhausted"
  | "key-superseded"
  | "unavailable";

/**
 * A token for the same play session with a later end, at most `longestSeconds` after its first start. `refusalOf` says
 * whether something that can change refuses the session with its later end: a revocation, the key version, a limit.
 * Policies are not asked: they count at the next token. `claims` are signed; `now` is in ms.
 */
export async function refreshPlaySession(
  deps: {
    readonly signer: TokenSigner;
    readonly refusalOf: (refreshed: PlaybackClaims) => Promise<RefreshRefusal | null>;
  },
  claims: PlaybackClaims,
  longestSeconds: number,
  now: number,
): Promise<RefreshOutcome> {
  if (claims.kind !== "session") return { kind: "refused", reason: "not-a-session" };
  // No clock skew is allowed: another session of the viewer may have taken the place of an expired one.
  if (claims.expiresAt * 1000 <= now) return { kind: "refused", reason: "token-expired" };
  const refreshed = refreshedClaims(claims, Math.floor(now / 1000), longestSeconds);
  const reason = await deps.refusalOf(refreshed);
  if (reason !== null) return { kind: "refused", reason };
  return {
    kind: "refreshed",
    token: await deps.signer.sign(toWire(refreshed)),
    expiresAt: refreshed.expiresAt * 1000,
    refreshableUntil: Math.max(refreshed.expiresAt, claims.startedAt + longestSeconds) * 1000,
  };
}
