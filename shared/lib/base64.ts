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

/** Base64url without padding (RFC 4648 section 5), as in JOSE (RFC 7515 section 2). */
export function base64UrlEncode(bytes: Uint8Array): string {
  return base64Encode(bytes).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** Two or three characters at the end whose unused bits are zero (RFC 4648 3.5): bytes have one spelling, no more. */
const BASE64URL = /^(?:[\w-]{4})*(?:[\w-][AQgw]|[\w-]{2}[AEIMQUYcgkosw048])?$/;

/** Throws on anything but what `base64UrlEncode` writes. */
export function base64UrlDecode(text: string): Uint8Array<ArrayBuffer> {
  if (!BASE64URL.test(text)) throw new SyntaxError("not base64url");
  return base64Decode(text.replaceAll("-", "+").replaceAll("_", "/"));
}
