import { base64UrlDecode, base64UrlEncode } from "../lib/base64.ts";
import type { NamedSecret } from "../lib/secret-list.ts";
import { CLOCK_SKEW_SECONDS } from "./token-signer.ts";

/** One clear segment, and until when it may be fetched. */
export type SignedSegment = {
  readonly jobName: string;
  readonly objectKey: string;
  /** Seconds since the epoch. */
  readonly expiresAt: number;
};

export interface ClearSignatures {
  sign(segment: SignedSegment): Promise<string>;
  verify(segment: SignedSegment, signature: string, nowSeconds: number): Promise<"valid" | "invalid" | "expired">;
}

/**
 * HMAC-SHA-256 over the object key and the expiry, so that the signature of a segment opens no other object. The first
 * secret signs, all verify.
 */
export function createClearSignatures(secrets: readonly [NamedSecret, ...NamedSecret[]]): ClearSignatures {
  const signers = secrets.map((secret): Signer => ({ secret, key: null }));
  return {
    sign: async (segment) => {
      const signature = await crypto.subtle.sign("HMAC", await keyOf(signers[0]!), signedText(segment));
      return base64UrlEncode(new Uint8Array(signature));
    },
    verify: async (segment, signature, nowSeconds) => {
      const bytes = decoded(signature);
      if (bytes === null) return "invalid";
      for (const signer of signers) {
        const isGenuine = await crypto.subtle.verify("HMAC", await keyOf(signer), bytes, signedText(segment));
        if (isGenuine) return segment.expiresAt + CLOCK_SKEW_SECONDS <= nowSeconds ? "expired" : "valid";
      }
      return "invalid";
    },
  };
}

type Signer = { readonly secret: NamedSecret; key: CryptoKey | null };

async function keyOf(signer: Signer): Promise<CryptoKey> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  signer.key ??= await crypto.subtle.importKey("raw", signer.secret.bytes, algorithm, false, ["sign", "verify"]);
  return signer.key;
}

/** The line breaks keep this apart from what a JWT signs, which has none (RFC 7515 7.1). */
function signedText({ jobName, objectKey, expiresAt }: SignedSegment): Uint8Array<ArrayBuffer> {
  const text = ["clear-segment", jobName, objectKey, expiresAt].join("\n");
  return new TextEncoder().encode(text) as Uint8Array<ArrayBuffer>;
}

function decoded(signature: string): Uint8Array<ArrayBuffer> | null {
  try {
    return base64UrlDecode(signature);
  } catch {
    return null;
  }
}
