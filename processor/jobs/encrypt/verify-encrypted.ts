import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { segmentKey } from "../../../shared/domain/part/object-keys.ts";
import type { ObjectStore } from "../../adapters/object-store.ts";
import type { Refusal } from "../../media/refusal.ts";
import type { Allocate, ScratchBuffers } from "../../media/segments/scratch-buffers.ts";
import { decryptSegment } from "../../media/segments/segment-cipher.ts";
import { VerificationFault } from "../../retryable-error.ts";
import { forEachConcurrently } from "../concurrent-tasks.ts";
import type { JobRun } from "../loop/job-outcome.ts";
import { broken } from "./clear-check.ts";
import type { EncryptedRung } from "./encrypted-rung.ts";

/** Decodes a clear local segment whole; null when it does so without a complaint, else what was wrong. */
export type DecodeSegment = (path: string, signal: AbortSignal) => Promise<string | null>;

/** Checks at once; each decodes on one core. */
const CHECKS_AT_ONCE = 2;

/**
 * What is about to be published is what was meant: of every quality the last segment is fetched back, decrypted and
 * decoded. One that is stored as it was read and does not decode is a refusal, as another encryption gives the same;
 * one that is not what was read throws VerificationFault.
 */
export async function verifyEncrypted(input: {
  readonly encryptedPrefix: string;
  readonly rungs: readonly EncryptedRung[];
  readonly playback: ObjectStore;
  /** A directory of this job. */
  readonly folder: string;
  readonly decodeSegment: DecodeSegment;
  readonly scratch: ScratchBuffers;
  readonly run: JobRun;
}): Promise<Refusal | null> {
  const { encryptedPrefix, rungs, playback, folder, decodeSegment, scratch, run } = input;
  const { signal } = run;
  let refusal: Refusal | null = null;
  await forEachConcurrently(rungs, CHECKS_AT_ONCE, async ({ variant, durations, key, lastDigest }) => {
    signal.throwIfAborted();
    const { quality } = variant;
    // The last: a wrong IV shows where the sequence number is not 0, and a run that went wrong at its end.
    const index = durations.length - 1;
    const stored = await playback.getBytes(segmentKey(encryptedPrefix, quality, index + 1), signal, scratch.take);
    const clear = decrypt(stored, key, index, quality, scratch.take);
    if (lastDigest === null || !createHash("sha256").update(clear).digest().equals(lastDigest)) {
      throw storedDamaged(quality);
    }
    const path = join(folder, `${quality}.ts`);
    await writeFile(path, clear, { signal });
    for (const buffer of [stored, clear]) scratch.giveBack(buffer);
    const complaint = await decodeSegment(path, signal);
    if (complaint === null) return;
    run.log.info({ detail: complaint }, "tool output");
    refusal ??= broken(`the last segment of ${quality} does not decode`);
  });
  return refusal;
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
    throw storedDamaged(quality, cause);
  }
}

function storedDamaged(quality: string, cause?: unknown): VerificationFault {
  return new VerificationFault(`A segment of ${quality} was stored damaged.`, { cause });
}
