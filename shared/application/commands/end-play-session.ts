import type { PlaybackClaims } from "../../playback-token/claims.ts";
import type { SessionStore } from "../ports/session-store.ts";

/**
 * Ends a play session before its time: the gate gives it no more keys, and a limit of sessions no longer counts it.
 * Nothing is ended where nothing was counted, for a token without a row and for a session that has asked for no key
 * yet, nor a second time.
 */
export async function endPlaySession(
  sessions: Pick<SessionStore, "end">,
  claims: PlaybackClaims,
  now: number,
): Promise<"ended" | "nothing-to-end" | "not-a-session"> {
  if (claims.kind !== "session") return "not-a-session";
  const { hasRow, tokenId, sessionId } = claims;
  return hasRow && (await sessions.end({ tokenId, sessionId, now })) ? "ended" : "nothing-to-end";
}
