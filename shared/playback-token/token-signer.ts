import { base64UrlDecodeDigits, base64UrlEncode } from "../lib/base64.ts";
import type { NamedSecret } from "../lib/secret-list.ts";

/** A JWT type (RFC 8725 3.11): a token of one use is never taken for one of another. */
export type TokenType = "play+jwt" | "clear+jwt" | "job+jwt" | "upload+jwt" | "events+jwt";

export type Verification =
  | { readonly kind: "valid"; readonly payload: unknown }
  | { readonly kind: "invalid"; readonly reason: "malformed" | "unknown-header" | "bad-signature" | "no-expiry" }
  | { readonly kind: "expired" };

/** In place of a time: for what is to be said of a token, not given for it. */
export type IgnoreExpiry = "ignore-expiry";

export interface TokenSigner {
  sign(payload: { readonly exp: number; readonly [claim: string]: unknown }): Promise<string>;
  /** `nowSeconds` since the epoch; what expired up to CLOCK_SKEW_SECONDS ago still counts. */
  verify(token: string, nowSeconds: number | IgnoreExpiry): Promise<Verification>;
}

const encoder = new TextEncoder();

/** Longest token that is looked at at all; ours stay under 1 kB. */
const LONGEST_TOKEN = 4096;
/** Two Workers' clocks differ by less than this. */
export const CLOCK_SKEW_SECONDS = 5;

/**
 * JWS compact serialization (RFC 7515 7.1) with HS256 (RFC 7518 3.2) and nothing else. The first secret signs, all
 * verify, so that the signing key can be changed without cutting anybody off (secrets of 32 bytes, RFC 7518 3.2).
 *
 * A header is never parsed: the only headers that can be ours are known to the byte, one for each secret, so any
 * other algorithm, "none" included, is an unknown header (RFC 8725 3.1).
 */
export function createTokenSigner(type: TokenType, secrets: readonly [NamedSecret, ...NamedSecret[]]): TokenSigner {
  const signers = secrets.map((secret): Signer => ({ header: encodedHeader(type, secret.id), secret, key: null }));
  const current = signers[0]!;
  return {
    async sign(payload) {
      const key = current.key ?? (await importKey(current));
      const input = `${current.header}.${base64UrlEncode(encode(JSON.stringify(payload)))}`;
      const signature = await crypto.subtle.sign("HMAC", key, encode(input));
      return `${input}.${base64UrlEncode(new Uint8Array(signature))}`;
    },
    async verify(token, nowSeconds) {
      const ends = endsOf(token);
      if (ends === null) return { kind: "invalid", reason: "malformed" };
      const signer = signers.find(({ header }) => header.length === ends.header && token.startsWith(header));
      if (signer === undefined) return { kind: "invalid", reason: "unknown-header" };
      const key = signer.key ?? (await importKey(signer));
      const parts = decodedParts(token, ends);
      if (parts === null) return { kind: "invalid", reason: "malformed" };
      // Constant-time comparison is the platform's: verify() recomputes and compares the MAC itself.
      const genuine = await crypto.subtle.verify("HMAC", key, parts.signature, parts.input);
      return genuine ? readPayload(parts.payload, nowSeconds) : { kind: "invalid", reason: "bad-signature" };
    },
  };
}

/** One secret, and its key from the first use on: a key belongs to no request. */
type Signer = { readonly header: string; readonly secret: NamedSecret; key: CryptoKey | null };

async function importKey(signer: Signer): Promise<CryptoKey> {
  const { bytes } = signer.secret;
  signer.key = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, [
    "sign",
    "verify",
  ]);
  return signer.key;
}

function encodedHeader(typ: TokenType, kid: string): string {
  return base64UrlEncode(encode(JSON.stringify({ alg: "HS256", typ, kid })));
}

/** Where the header and the payload end; null for a text that has not three parts. */
type Ends = { readonly header: number; readonly payload: number };

function endsOf(token: string): Ends | null {
  if (token.length > LONGEST_TOKEN) return null;
  const header = token.indexOf(".");
  const payload = token.indexOf(".", header + 1);
  return header < 0 || payload < 0 || token.includes(".", payload + 1) ? null : { header, payload };
}

type Parts = {
  readonly input: Uint8Array<ArrayBuffer>;
  readonly signature: Uint8Array<ArrayBuffer>;
  /** Null where it is no base64url. */
  readonly payload: string | null;
};

/**
 * The token as bytes, in buffers that the next call uses again: to be read before anything is awaited. Its characters
 * become bytes once, for the signature, the signed input and the payload. Null where the signature is no base64url.
 */
function decodedParts(token: string, { header, payload }: Ends): Parts | null {
  const bytes = encode(token);
  if (bytes.length !== token.length) return null;
  try {
    // Before the signature, which is decoded into the same buffer.
    const text = decodedText(bytes.subarray(header + 1, payload));
    const signature = base64UrlDecodeDigits(bytes.subarray(payload + 1));
    return { input: bytes.subarray(0, payload), signature, payload: text };
  } catch {
    return null;
  }
}

const utf8 = new TextDecoder();

function decodedText(digits: Uint8Array): string | null {
  try {
    return utf8.decode(base64UrlDecodeDigits(digits));
  } catch {
    return null;
  }
}

function readPayload(text: string | null, nowSeconds: number | IgnoreExpiry): Verification {
  const payload = text === null ? undefined : parsedJson(text);
  if (payload === undefined) return { kind: "invalid", reason: "malformed" };
  const exp = typeof payload === "object" && payload !== null && "exp" in payload ? payload.exp : undefined;
  if (typeof exp !== "number") return { kind: "invalid", reason: "no-expiry" };
  if (nowSeconds !== "ignore-expiry" && exp + CLOCK_SKEW_SECONDS <= nowSeconds) return { kind: "expired" };
  return { kind: "valid", payload };
}

/** Undefined for a payload that is not JSON, although its signature is valid. */
function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const scratch = new Uint8Array(3 * LONGEST_TOKEN);

/**
 * UTF-8 in a buffer that the next call uses again: to be read before anything is awaited. Web Crypto takes a copy of
 * what it is given before it returns (Web Cryptography API 14.3, "get a copy of the bytes").
 */
function encode(text: string): Uint8Array<ArrayBuffer> {
  if (text.length > LONGEST_TOKEN) return encoder.encode(text) as Uint8Array<ArrayBuffer>;
  return scratch.subarray(0, encoder.encodeInto(text, scratch).written);
}
