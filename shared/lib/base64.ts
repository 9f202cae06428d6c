/*
 * Base64 and base64url. The second, which every playback token and every key request passes several times, is done with
 * tables: by way of `btoa`, `atob` and `replaceAll` it took twice as long as an HMAC of the same bytes. What runtimes
 * have of their own (`Uint8Array.fromBase64`) is not faster, and Node 24 does not have it.
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
const NOT_A_DIGIT = 64;
const DIGITS = new Uint8Array(128).fill(NOT_A_DIGIT);
for (const [digit, character] of CHARACTERS.entries()) DIGITS[character] = digit;

const utf8 = new TextDecoder();

/*
 * What is written on the way to a string lies in one buffer that is used again and again: a request that allocates an
 * ArrayBuffer for each step of its tokens pays for them a second time in the garbage collector.
 */
const SCRATCH_BYTES = 8192;
const scratch = new Uint8Array(SCRATCH_BYTES);

function scratchOf(length: number): Uint8Array<ArrayBuffer> {
  return length <= SCRATCH_BYTES ? scratch.subarray(0, length) : new Uint8Array(length);
}

/** Base64url without padding (RFC 4648 section 5), as in JOSE (RFC 7515 section 2). */
export function base64UrlEncode(bytes: Uint8Array): string {
  const text = scratchOf(Math.ceil((bytes.length * 8) / 6));
  let written = 0;
  let bits = 0;
  let pending = 0;
  for (let i = 0; i < bytes.length; i++) {
    pending = (pending << 8) | bytes[i]!;
    for (bits += 8; bits >= 6; ) {
      bits -= 6;
      text[written++] = CHARACTERS[(pending >> bits) & 63]!;
    }
  }
  if (bits > 0) text[written] = CHARACTERS[(pending << (6 - bits)) & 63]!;
  return utf8.decode(text);
}

/** Throws on anything but what `base64UrlEncode` writes. */
export function base64UrlDecode(text: string): Uint8Array<ArrayBuffer> {
  return decodeInto(text, new Uint8Array(decodedLength(text)));
}

/** The UTF-8 text that `base64UrlEncode` was given; throws as `base64UrlDecode` does. */
export function base64UrlDecodeText(text: string): string {
  return utf8.decode(decodeInto(text, scratchOf(decodedLength(text))));
}

function decodedLength(text: string): number {
  return (text.length * 6) >> 3;
}

function decodeInto(text: string, bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  let written = 0;
  let bits = 0;
  let pending = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = DIGITS[text.charCodeAt(i)] ?? NOT_A_DIGIT;
    if (digit === NOT_A_DIGIT) throw new SyntaxError("not base64url");
    pending = (pending << 6) | digit;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[written++] = (pending >> bits) & 255;
  }
  // RFC 4648 3.5: what is left over is less than a character and zero, so that bytes have one spelling and no more.
  if (bits >= 6 || (pending & ((1 << bits) - 1)) !== 0) throw new SyntaxError("not base64url");
  return bytes;
}
