import { fromWire, type PlaybackClaims } from "../../shared/playback-token/claims.ts";
import type { TokenSigner } from "../../shared/playback-token/token-signer.ts";
import { problem } from "../http-errors.ts";

export type ReadToken =
  | { readonly kind: "claims"; readonly claims: PlaybackClaims; readonly token: string }
  | { readonly kind: "refused"; readonly response: Response };

/** The token of a playback URL: signature, type and expiry. What it allows is for the caller to compare. */
export async function readToken(signer: TokenSigner, token: string | undefined, now: number): Promise<ReadToken> {
  if (token === undefined || token === "") return refused("token-missing");
  const verified = await signer.verify(token, now / 1000);
  if (verified.kind === "expired") return refused("token-expired");
  const claims = verified.kind === "valid" ? fromWire(verified.payload) : null;
  return claims === null ? refused("token-invalid") : { kind: "claims", claims, token };
}

function refused(code: "token-missing" | "token-expired" | "token-invalid"): ReadToken {
  return { kind: "refused", response: problem(code) };
}
