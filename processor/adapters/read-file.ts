import { open } from "node:fs/promises";
import type { Allocate } from "../media/segments/scratch-buffers.ts";

/** A whole file, at the beginning of what `allocate` gives. */
export async function readFileInto(path: string, allocate: Allocate): Promise<Uint8Array> {
  await using file = await open(path);
  const { size } = await file.stat();
  const bytes = allocate(size).subarray(0, size);
  for (let at = 0; at < size; ) {
    const { bytesRead } = await file.read(bytes, at, size - at, at);
    if (bytesRead === 0) throw new Error("A file became shorter while it was read");
    at += bytesRead;
  }
  return bytes;
}
