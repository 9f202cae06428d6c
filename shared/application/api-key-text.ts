import { base64UrlEncode } from "../lib/base64.ts";

/*
 * An API key as its holder has it: `llk_{keyId}_{secret}`. Leak scanners recognise the prefix. The key id is
 * hexadecimal, so it cannot contain the separator; the secret is base64url.
 */

/** 64 bits: unique, not secret. */
const KEY_ID_BYTES = 8;
/** 256 bits cannot be guessed, so a plain hash is enough and a slow one would only cost time. */
const SECRET_BYTES = 32;

export type ApiKeyParts = { readonly keyId: string; readonly secret: string };

export type RandomBytes = (length: number) => Uint8Array;

export function newApiKeyParts(randomBytes: RandomBytes): ApiKeyParts {
  const keyId = Array.from(randomBytes(KEY_ID_BYTES), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return { keyId, secret: base64UrlEncode(randomBytes(SECRET_BYTES)) };
}

export function formatApiKey({ keyId, secret }: ApiKeyParts): string {
  return `llk_${keyId}_${secret}`;
}

/** Null for any other form. Does not say whether the key exists. */
export function parseApiKey(text: string): ApiKeyParts | null {
  const match = /^llk_([0-9a-f]{16})_([A-Za-z0-9_-]{43})$/.exec(text);
  return match === null ? null : { keyId: match[1]!, secret: match[2]! };
}

/** What is stored of a secret: base64url of its SHA-256. */
export async function hashOfSecret(secret: string): Promise<string> {
  return base64UrlEncode(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(secret))));
}
