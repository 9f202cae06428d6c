import { open } from "node:fs/promises";
import { PACKET_BYTES } from "../../media/segments/segment-reader.ts";
import { AacCopyWriter } from "../../media/source/aac-copy.ts";
import type { FormatRun } from "../../media/source/hidden-formats.ts";

const WINDOW_BYTES = 4096 * PACKET_BYTES;

/** Makes each frame of a copied track say which channels it has. */
export async function correctAacCopy(path: string, runs: readonly FormatRun[]): Promise<void> {
  await using file = await open(path, "r+");
  const { size } = await file.stat();
  const writer = new AacCopyWriter(eachFrame(runs));
  for (let offset = 0; offset < size; offset += WINDOW_BYTES) {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(WINDOW_BYTES), 0, WINDOW_BYTES, offset);
    const bytes = buffer.subarray(0, bytesRead);
    writer.correct(bytes);
    await file.write(bytes, 0, bytes.length, offset);
  }
}

function* eachFrame(runs: readonly FormatRun[]): Generator<number> {
  for (const { frames, configuration } of runs) for (let i = 0; i < frames; i++) yield configuration;
}
