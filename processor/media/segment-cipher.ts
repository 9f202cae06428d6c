import { createCipheriv, createDecipheriv } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import type { Allocate } from "./scratch-buffers.ts";

/** AES-128-CBC with PKCS7 over a whole media segment (RFC 8216 section 4.3.2.4, METHOD=AES-128). */
const CIPHER = "aes-128-cbc";
const KEY_BYTES = 16;
const BLOCK_BYTES = 16;

/** A segment of six seconds has 4 MB; what is far larger is not held in memory. */
export const MAX_IN_MEMORY_BYTES = 32 * 1024 * 1024;
const STREAM_CHUNK_BYTES = 1024 * 1024;

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

/** Ciphertext in pieces, to be written one after the other. `source` is left as it is. */
export function encryptSegment(source: Uint8Array, key: Uint8Array, sequence: number): Buffer[] {
  const cipher = createCipheriv(CIPHER, contentKey(key), ivForSequence(sequence));
  return [cipher.update(source), cipher.final()];
}

const SLICE_BYTES = 64 * 1024;

/** Ciphertext in one piece, in a buffer of the caller's; in slices, so that nothing large is left to be collected. */
export function encryptSegmentWhole(source: Uint8Array, key: Uint8Array, sequence: number, allocate: Allocate): Buffer {
  const cipher = createCipheriv(CIPHER, contentKey(key), ivForSequence(sequence));
  // PKCS7: one byte of padding at least.
  const size = source.length + BLOCK_BYTES - (source.length % BLOCK_BYTES);
  const whole = allocate(size).subarray(0, size);
  let at = 0;
  for (let start = 0; start < source.length; start += SLICE_BYTES) {
    at += cipher.update(source.subarray(start, start + SLICE_BYTES)).copy(whole, at);
  }
  cipher.final().copy(whole, at);
  return whole;
}

/** The clear segment; throws for a wrong key or a damaged end. A wrong sequence number spoils the first 16 bytes only. */
export function decryptSegment(ciphertext: Uint8Array, key: Uint8Array, sequence: number): Buffer {
  const decipher = createDecipheriv(CIPHER, contentKey(key), ivForSequence(sequence));
  return Buffer.concat([decipher.update(ciphertext), decipher.final()]);
}

/** File to file; resolves to the bytes written. One read and one gathering write where the segment fits in memory. */
export async function encryptSegmentFile(
  sourcePath: string,
  destinationPath: string,
  key: Uint8Array,
  sequence: number,
): Promise<number> {
  await using source = await open(sourcePath, "r");
  const { size } = await source.stat();
  if (size > MAX_IN_MEMORY_BYTES) return encryptStream(sourcePath, destinationPath, key, sequence);

  const clear = Buffer.allocUnsafe(size);
  await readFully(source, clear);
  const pieces = encryptSegment(clear, key, sequence);
  await using destination = await open(destinationPath, "w");
  const total = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const { bytesWritten } = await destination.writev(pieces);
  if (bytesWritten !== total) throw new Error(`Wrote ${bytesWritten} of ${total} bytes of a segment`);
  return total;
}

async function readFully(file: Awaited<ReturnType<typeof open>>, into: Buffer): Promise<void> {
  for (let offset = 0; offset < into.length; ) {
    const { bytesRead } = await file.read(into, offset, into.length - offset, offset);
    if (bytesRead === 0) throw new Error("A segment became shorter while it was read");
    offset += bytesRead;
  }
}

async function encryptStream(from: string, to: string, key: Uint8Array, sequence: number): Promise<number> {
  const cipher = createCipheriv(CIPHER, contentKey(key), ivForSequence(sequence));
  const output = createWriteStream(to);
  await pipeline(createReadStream(from, { highWaterMark: STREAM_CHUNK_BYTES }), cipher, output);
  return output.bytesWritten;
}

function contentKey(key: Uint8Array): Uint8Array {
  if (key.length !== KEY_BYTES) throw new RangeError(`A content key has ${KEY_BYTES} bytes, not ${key.length}`);
  return key;
}
