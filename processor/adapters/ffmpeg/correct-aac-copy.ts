import { open } from "node:fs/promises";
import { PACKET_BYTES } from "../../media/segments/segment-reader.ts";
import { AacCopyWriter } from "../../media/source/aac-copy.ts";
import type { FormatRun } from "../../media/source/hidden-formats.ts";
import { RetryableError } from "../../retryable-error.ts";
import { readAt, type WritableFile, writeAllAt } from "../file-bytes.ts";

const WINDOW_BYTES = 4096 * PACKET_BYTES;

/** Makes each frame of a copied track say which channels it has. */
export async function correctAacCopy(path: string, runs: readonly FormatRun[]): Promise<void> {
  await using file = await open(path, "r+");
  await correctFrames(file, runs);
}

/** Throws RetryableError where the copy does not hold exactly the frames of the runs: later ones would be played wrong. */
export async function correctFrames(file: WritableFile, runs: readonly FormatRun[]): Promise<void> {
  const { size } = await file.stat();
  if (size % PACKET_BYTES !== 0) throw incomplete();
  const writer = new AacCopyWriter(eachFrame(runs));
  for (let offset = 0; offset < size; offset += WINDOW_BYTES) {
    const length = Math.min(WINDOW_BYTES, size - offset);
    const bytes = await readAt(file, Buffer.alloc(length), offset);
    if (bytes.length < length) throw incomplete();
    writer.correct(bytes);
    await writeAllAt(file, bytes, offset);
  }
  if (!writer.isComplete()) throw incomplete();
}

function incomplete(): RetryableError {
  return new RetryableError("encoder-failed", "The sound could not be copied completely.");
}

function* eachFrame(runs: readonly FormatRun[]): Generator<number> {
  for (const { frames, configuration } of runs) for (let i = 0; i < frames; i++) yield configuration;
}
