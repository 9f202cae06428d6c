/*
 * Base64 and base64url. Every token and key request decodes base64url several times, so it uses tables: `btoa`, `atob`
 * and `replaceAll` took twice as long as an HMAC of the same bytes. `Uint8Array.fromBase64` is not faster, and Node 24
 * lacks it.
 */

/** Base64 (RFC 4648 section 4). */
export function base64Encode(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** Takes what `atob` takes, missing padding included; throws on anything else. */
export function base64Decode(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** RFC 4648 section 5, table 2. */
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const CHARACTERS = Uint8Array.from(ALPHABET, (character) => character.charCodeAt(0));
/** A bit that is set in no digit. */
const NOT_A_DIGIT = 64;
const DIGITS = new Uint8Array(256).fill(NOT_A_DIGIT);
for (const [digit, character] of CHARACTERS.entries()) DIGITS[character] = digit;

const utf8 = new TextDecoder();
const encoder = new TextEncoder();

/* Reused buffers: allocating an ArrayBuffer for each step of a token costs a request garbage collection. */
const SCRATCH_BYTES = 8192;
const characters = new Uint8Array(SCRATCH_BYTES);
const decoded = new Uint8Array(SCRATCH_BYTES);

function part(scratch: Uint8Array<ArrayBuffer>, length: number): Uint8Array<ArrayBuffer> {
  return length <= scratch.length ? scratch.subarray(0, length) : new Uint8Array(length);
}

/** Base64url without padding (RFC 4648 section 5), as in JOSE (RFC 7515 section 2). */
export function base64UrlEncode(bytes: Uint8Array): string {
  const text = part(characters, Math.ceil((bytes.length * 4) / 3));
  const whole = bytes.length - (bytes.length % 3);
  let at = 0;
  for (let i = 0; i < whole; i += 3) {
    const group = (bytes[i]! << 16) | (bytes[i + 1]! << 8) | bytes[i + 2]!;
    text[at++] = CHARACTERS[group >> 18]!;
    text[at++] = CHARACTERS[(group >> 12) & 63]!;
    text[at++] = CHARACTERS[(group >> 6) & 63]!;
    text[at++] = CHARACTERS[group & 63]!;
  }
  const left = bytes.length - whole;
  if (left > 0) {
    const group = (bytes[whole]! << 16) | (left === 2 ? bytes[whole + 1]! << 8 : 0);
    text[at++] = CHARACTERS[group >> 18]!;
    text[at++] = CHARACTERS[(group >> 12) & 63]!;
    if (left === 2) text[at] = CHARACTERS[(group >> 6) & 63]!;
  }
  return utf8.decode(text);
}

/** Throws on anything but what `base64UrlEncode` writes. */
export function base64UrlDecode(text: string): Uint8Array<ArrayBuffer> {
  return decodeInto(text, new Uint8Array(decodedLength(text)));
}

/**
 * The same for digits that are bytes already, as part of a longer text. The result lies in a buffer that the next call
 * uses again: to be read before anything is awaited.
 */
export function base64UrlDecodeDigits(digits: Uint8Array): Uint8Array<ArrayBuffer> {
  return decodeDigits(digits, part(decoded, decodedLength(digits)));
}

function decodedLength({ length }: { readonly length: number }): number {
  return (length * 6) >> 3;
}

function decodeInto(text: string, bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return decodeDigits(digitsOf(text), bytes);
}

function decodeDigits(digits: Uint8Array, bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const whole = digits.length - (digits.length % 4);
  let at = 0;
  let all = 0;
  for (let i = 0; i < whole; i += 4) {
    const a = DIGITS[digits[i]!]!;
    const b = DIGITS[digits[i + 1]!]!;
    const c = DIGITS[digits[i + 2]!]!;
    const d = DIGITS[digits[i + 3]!]!;
    all |= a | b | c | d;
    bytes[at++] = (a << 2) | (b >> 4);
    bytes[at++] = (b << 4) | (c >> 2);
    bytes[at++] = (c << 6) | d;
  }
  const left = digits.length - whole;
  const a = left > 0 ? DIGITS[digits[whole]!]! : 0;
  const b = left > 1 ? DIGITS[digits[whole + 1]!]! : 0;
  const c = left > 2 ? DIGITS[digits[whole + 2]!]! : 0;
  if (left > 1) bytes[at++] = (a << 2) | (b >> 4);
  if (left > 2) bytes[at] = (b << 4) | (c >> 2);
  // RFC 4648 3.5: the remaining bits are fewer than a character and zero, so that bytes have one spelling.
  const spare = left === 1 ? NOT_A_DIGIT : left === 2 ? b & 15 : left === 3 ? c & 3 : 0;
  if (((all | a | b | c) & NOT_A_DIGIT) !== 0 || spare !== 0) throw new SyntaxError("not base64url");
  return bytes;
}

/** The characters as bytes, which are faster to read one by one. A multi-byte character is no digit. */
function digitsOf(text: string): Uint8Array {
  if (text.length > characters.length) return encoder.encode(text);
  const { read, written } = encoder.encodeInto(text, characters);
  if (read !== text.length || written !== text.length) throw new SyntaxError("not base64url");
  return characters.subarray(0, written);
}
