import { fromWire, type PlaybackClaims } from "../../shared/playback-token/claims.ts";
import type { IgnoreExpiry, TokenSigner, Verification } from "../../shared/playback-token/token-signer.ts";

export type TokenRefusal = "token-missing" | "token-invalid" | "token-expired";

export type ReadToken =
  | { readonly kind: "claims"; readonly claims: PlaybackClaims; readonly token: string }
  | { readonly kind: "refused"; readonly code: TokenRefusal };

/** `now` in ms. Verifies the token of a playback URL: signature, type and expiry. The caller checks what it allows. */
export async function readToken(
  signer: TokenSigner,
  token: string | undefined,
  now: number | IgnoreExpiry,
): Promise<ReadToken> {
  const seconds = now === "ignore-expiry" ? now : now / 1000;
  return readVerified(token, token ? await signer.verify(token, seconds) : null);
}

/** The same without a promise, for what is verified already; null where there is no token. */
export function readVerified(token: string | undefined, verified: Verification | null): ReadToken {
  if (!token || verified === null) return refused("token-missing");
  if (verified.kind === "expired") return refused("token-expired");
  const claims = verified.kind === "valid" ? fromWire(verified.payload) : null;
  return claims === null ? refused("token-invalid") : { kind: "claims", claims, token };
}

function refused(code: TokenRefusal): ReadToken {
  return { kind: "refused", code };
}
