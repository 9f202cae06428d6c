import { secretId } from "../../shared/lib/random-id.ts";
import { type PlaybackClaims, type SessionBinding, sessionClaims, toWire } from "../../shared/playback-token/claims.ts";
import type { TokenSigner } from "../../shared/playback-token/token-signer.ts";

/** The token in a playlist's URIs: an issued token starts a session, a session token stays as it is. */
export function sessionToken(
  signer: TokenSigner,
  { claims, token }: { readonly claims: PlaybackClaims; readonly token: string },
  binding: SessionBinding | null,
  now: number,
): Promise<string> {
  if (claims.kind === "session") return Promise.resolve(token);
  return signer.sign(toWire(sessionClaims(claims, secretId(), Math.floor(now / 1000), binding)));
}
