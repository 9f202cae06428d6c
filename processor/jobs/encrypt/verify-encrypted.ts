import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { segmentKey } from "../../../shared/domain/object-keys.ts";
import type { ObjectStore } from "../../adapters/object-store.ts";
import type { Allocate, ScratchBuffers } from "../../media/segments/scratch-buffers.ts";
import { decryptSegment } from "../../media/segments/segment-cipher.ts";
import { PassingFault } from "../../passing-fault.ts";
import { forEachConcurrently } from "../concurrent-tasks.ts";
import type { EncryptedRung, EncryptOrder } from "./encrypted-rung.ts";

/** Decodes a clear local segment whole; null when it does so without a complaint, else what was wrong. */
export type DecodeSegment = (path: string, signal: AbortSignal) => Promise<string | null>;

/** EXTINF is in microseconds and the sum is over thousands of segments; anything above is a lost segment. */
const DURATION_SLACK_SECONDS = 0.5;

/** Checks at once; each decodes on one core. */
const CHECKS_AT_ONCE = 2;

/**
 * What is about to be published is what was meant: of every quality one segment is fetched back, decrypted and decoded.
 * Throws PassingFault: the clear renditions have decoded before, so a second try may well succeed.
 */
export async function verifyEncrypted(input: {
  readonly order: EncryptOrder;
  readonly encryptedPrefix: string;
  readonly rungs: readonly EncryptedRung[];
  readonly playback: ObjectStore;
  /** A directory of this job. */
  readonly folder: string;
  readonly decodeSegment: DecodeSegment;
  readonly scratch: ScratchBuffers;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { order, encryptedPrefix, rungs, playback, folder, decodeSegment, scratch, signal } = input;
  for (const { variant, durations } of rungs) {
    const seconds = durations.reduce((sum, duration) => sum + duration, 0);
    if (Math.abs(seconds - order.durationSeconds) > DURATION_SLACK_SECONDS) {
      throw new PassingFault(
        `${variant.quality} lasts ${seconds.toFixed(2)} s, not ${order.durationSeconds.toFixed(2)} s.`,
      );
    }
  }
  await forEachConcurrently(rungs, CHECKS_AT_ONCE, async ({ variant, durations, key }) => {
    signal.throwIfAborted();
    const { quality } = variant;
    // The last: a wrong IV shows where the sequence number is not 0, and a run that went wrong at its end.
    const index = durations.length - 1;
    const stored = await playback.getBytes(segmentKey(encryptedPrefix, quality, index + 1), signal, scratch.take);
    const clear = decrypt(stored, key, index, quality, scratch.take);
    const path = join(folder, `${quality}.ts`);
    await writeFile(path, clear, { signal });
    for (const buffer of [stored, clear]) scratch.giveBack(buffer);
    const complaint = await decodeSegment(path, signal);
    if (complaint !== null) {
      throw new PassingFault(`An encrypted segment of ${quality} does not decode.`, { cause: complaint });
    }
  });
}

function decrypt(
  ciphertext: Uint8Array,
  key: Uint8Array,
  sequence: number,
  quality: string,
  allocate: Allocate,
): Buffer {
  try {
    return decryptSegment(ciphertext, key, sequence, allocate);
  } catch (cause) {
    throw new PassingFault(`A segment of ${quality} was stored damaged.`, { cause });
  }
}
