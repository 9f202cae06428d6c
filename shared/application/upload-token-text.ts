import * as z from "zod";
import type { UploadToken } from "../domain/uploads/upload-token.ts";
import type { TokenSigner } from "../playback-token/token-signer.ts";

/** The text of an upload token: signed, so that a made-up one costs no look-up. What it allows is in the database. */
export interface UploadTokenTexts {
  issue(token: Pick<UploadToken, "tokenId" | "expiresAt">): Promise<string>;
  /** The token's id; null for any text that this service has not issued. */
  read(text: string): Promise<string | null>;
}

const claimsSchema = z.object({ sub: z.uuidv7() });

export function signedUploadTokens(signer: TokenSigner): UploadTokenTexts {
  return {
    issue: ({ tokenId, expiresAt }) => signer.sign({ sub: tokenId, exp: Math.ceil(expiresAt / 1000) }),
    read: async (text) => {
      // A started upload may be finished later than the token's expiry, which the database checks.
      const verified = await signer.verify(text, "ignore-expiry");
      const claims = verified.kind === "valid" ? claimsSchema.safeParse(verified.payload) : null;
      return claims?.success === true ? claims.data.sub : null;
    },
  };
}
