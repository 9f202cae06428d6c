import { fromWire, type PlaybackClaims } from "../../shared/playback-token/claims.ts";
import type { IgnoreExpiry, TokenSigner } from "../../shared/playback-token/token-signer.ts";

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
  if (token === undefined || token === "") return refused("token-missing");
  const verified = await signer.verify(token, now === "ignore-expiry" ? now : now / 1000);
  if (verified.kind === "expired") return refused("token-expired");
  const claims = verified.kind === "valid" ? fromWire(verified.payload) : null;
  return claims === null ? refused("token-invalid") : { kind: "claims", claims, token };
}

function refused(code: TokenRefusal): ReadToken {
  return { kind: "refused", code };
}
