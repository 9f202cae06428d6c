import { createReadStream, createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";

const CHUNK_BYTES = 64 * 2 ** 20;

/** The same bytes as the chunks of an upload, each named by its offset. */
export async function splitIntoChunks(path: string, folder: string, size: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (let start = 0; start < size; start += CHUNK_BYTES) {
    const chunk = join(folder, String(start).padStart(15, "0"));
    await pipeline(createReadStream(path, { start, end: start + CHUNK_BYTES - 1 }), createWriteStream(chunk));
  }
}
