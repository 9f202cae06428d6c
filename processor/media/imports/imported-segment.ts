import { createDecipheriv } from "node:crypto";

/** ISO/IEC 13818-1 2.4.3.2: packets of 188 bytes, each of which begins with 0x47. */
const PACKET_BYTES = 188;
const SYNC_BYTE = 0x47;

/** The clear bytes of a segment (`iv` null: it is clear already); null when it does not open, or is no MPEG-TS then. */
export function openImportedSegment(bytes: Uint8Array, key: Uint8Array, iv: Uint8Array | null): Uint8Array | null {
  const clear = iv === null ? bytes : decrypted(bytes, key, iv);
  return clear !== null && isTransportStream(clear) ? clear : null;
}

/** AES-128-CBC with PKCS7 (RFC 8216 section 4.3.2.4); null for a wrong key, mostly: 1 in 256 ends like padding. */
function decrypted(bytes: Uint8Array, key: Uint8Array, iv: Uint8Array): Uint8Array | null {
  const decipher = createDecipheriv("aes-128-cbc", key, iv);
  try {
    return Buffer.concat([decipher.update(bytes), decipher.final()]);
  } catch {
    return null;
  }
}

/** Every packet is looked at: the first shows a wrong IV, which spoils 16 bytes, and any of the others a wrong key. */
function isTransportStream(bytes: Uint8Array): boolean {
  if (bytes.length === 0 || bytes.length % PACKET_BYTES !== 0) return false;
  for (let at = 0; at < bytes.length; at += PACKET_BYTES) if (bytes[at] !== SYNC_BYTE) return false;
  return true;
}
