import type { Quality } from "../../domain/quality.ts";
import type { KeyVault } from "../../key-vault/key-vault.ts";
import type { PlaybackClaims } from "../../playback-token/claims.ts";
import type { GateReading, TokenStore } from "../ports/token-store.ts";

export type ConsumeOutcome =
  | { readonly kind: "key"; readonly key: Uint8Array<ArrayBuffer> }
  /** `viewer` is whom the token's row names, where it was read. */
  | { readonly kind: "refused"; readonly reason: GateRefusal; readonly viewer: string | null };

export type GateRefusal =
  | "quality-not-allowed"
  | "token-unknown"
  | "token-revoked"
  | "token-expired"
  | "session-ended"
  | "key-unknown"
  | "key-superseded"
  | "uses-exhausted"
  | "session-limit";

/**
 * The key of one quality for a verified token: one database round trip, which also counts the session if it is new.
 * `claims` are signed and unexpired; what they allow is checked here against the one key row that is asked for.
 */
export async function consumeVideoHlsKeyToken(
  deps: { readonly tokens: TokenStore; readonly vault: KeyVault },
  claims: PlaybackClaims,
  asked: { readonly keyId: string; readonly quality: Quality },
  now: number,
): Promise<ConsumeOutcome> {
  if (!claims.qualities.includes(asked.quality)) {
    return { kind: "refused", reason: "quality-not-allowed", viewer: null };
  }
  const reading = await deps.tokens.consume({
    tokenId: claims.tokenId,
    sessionId: claims.hasRow ? claims.sessionId : null,
    keyId: asked.keyId,
    quality: asked.quality,
    videoPostId: claims.videoPostId,
    fileIndex: claims.fileIndex,
    keyVersion: claims.keyVersion,
    limited: claims.limited,
    expiresAt: claims.expiresAt * 1000,
    now,
  });
  const reason = refusalOf(reading, claims, asked.quality, now);
  if (reason !== null) return { kind: "refused", reason, viewer: reading.viewer };
  const { fileId, keyVersion, wrappedKey, kekId } = reading.key!;
  const key = await deps.vault.unwrap({ kekId, wrappedKey }, { fileId, quality: asked.quality, keyVersion });
  return { kind: "key", key };
}

/** The order of reasons is part of the contract: what is wrong with the token comes before what is wrong with the key. */
function refusalOf(reading: GateReading, claims: PlaybackClaims, quality: Quality, now: number): GateRefusal | null {
  const { key } = reading;
  if (claims.hasRow && reading.tokenStatus === null) return "token-unknown";
  if (claims.hasRow && reading.tokenStatus === "REVOKED") return "token-revoked";
  if (reading.sessionEndedAt !== null) return "session-ended";
  if (key === null || !key.belongs || key.quality !== quality || key.keyVersion !== claims.keyVersion)
    return "key-unknown";
  const usable = key.status === "ACTIVE" || (key.status === "RETIRING" && (key.usableUntil ?? 0) > now);
  if (!usable) return key.status === "STAGED" ? "key-unknown" : "key-superseded";
  if (!claims.hasRow || reading.counted) return null;
  if ((reading.tokenStartBefore ?? 0) <= now) return "token-expired";
  return reading.usesLeft ? "session-limit" : "uses-exhausted";
}
