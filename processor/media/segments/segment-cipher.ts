import { type Cipheriv, createCipheriv, createDecipheriv, type Decipheriv } from "node:crypto";
import { open } from "node:fs/promises";
import type { Allocate } from "./scratch-buffers.ts";

/** AES-128-CBC with PKCS7 over a whole media segment (RFC 8216 section 4.3.2.4, METHOD=AES-128). */
const CIPHER = "aes-128-cbc";
const KEY_BYTES = 16;
const BLOCK_BYTES = 16;

/** Larger pieces leave the processor's caches between the read, the cipher and the write; smaller ones call too often. */
const CHUNK_BYTES = 1024 * 1024;

/**
 * RFC 8216 section 5.2: without an IV attribute the IV is the media sequence number, big-endian, in 16 bytes.
 * seg_00001.ts has sequence number 0.
 */
export function ivForSequence(sequence: number): Uint8Array {
  if (!Number.isSafeInteger(sequence) || sequence < 0) throw new RangeError(`Not a media sequence number: ${sequence}`);
  const iv = new Uint8Array(16);
  new DataView(iv.buffer).setBigUint64(8, BigInt(sequence));
  return iv;
}

const SLICE_BYTES = 64 * 1024;

/** Ciphertext in one piece, in a buffer of the caller's, with `source` left as it is; in slices, so that nothing large is left to be collected. */
export function encryptSegment(source: Uint8Array, key: Uint8Array, sequence: number, allocate: Allocate): Buffer {
  const cipher = createCipheriv(CIPHER, contentKey(key), ivForSequence(sequence));
  // PKCS7: one byte of padding at least.
  return inSlices(cipher, source, allocate(source.length + BLOCK_BYTES - (source.length % BLOCK_BYTES)));
}

/**
 * The clear segment, in a buffer of the caller's; throws for a wrong key or a damaged end. A wrong sequence number spoils
 * the first 16 bytes only.
 */
export function decryptSegment(
  ciphertext: Uint8Array,
  key: Uint8Array,
  sequence: number,
  allocate: Allocate = Buffer.allocUnsafe,
): Buffer {
  const decipher = createDecipheriv(CIPHER, contentKey(key), ivForSequence(sequence));
  return inSlices(decipher, ciphertext, allocate(ciphertext.length));
}

function inSlices(cipher: Cipheriv | Decipheriv, source: Uint8Array, whole: Buffer): Buffer {
  let at = 0;
  for (let start = 0; start < source.length; start += SLICE_BYTES) {
    at += cipher.update(source.subarray(start, start + SLICE_BYTES)).copy(whole, at);
  }
  at += cipher.final().copy(whole, at);
  return whole.subarray(0, at);
}

/** File to file, a chunk at a time, so that a segment of any size takes the same memory; resolves to the bytes written. */
export async function encryptSegmentFile(
  sourcePath: string,
  destinationPath: string,
  key: Uint8Array,
  sequence: number,
): Promise<number> {
  const cipher = createCipheriv(CIPHER, contentKey(key), ivForSequence(sequence));
  await using source = await open(sourcePath, "r");
  await using destination = await open(destinationPath, "w");
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let written = 0;
  const append = async (piece: Buffer) => {
    await destination.writeFile(piece);
    written += piece.length;
  };
  for (;;) {
    const { bytesRead } = await source.read(chunk, 0, chunk.length);
    if (bytesRead === 0) break;
    await append(cipher.update(chunk.subarray(0, bytesRead)));
  }
  await append(cipher.final());
  return written;
}

function contentKey(key: Uint8Array): Uint8Array {
  if (key.length !== KEY_BYTES) throw new RangeError(`A content key has ${KEY_BYTES} bytes, not ${key.length}`);
  return key;
}
