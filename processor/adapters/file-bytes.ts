import type { FileHandle } from "node:fs/promises";
import type { FileBytes } from "../media/source/container-end.ts";

/** A single read may return fewer bytes than were asked for, and a single write may take fewer. */
export type ReadableFile = Pick<FileHandle, "read" | "stat">;
export type WritableFile = ReadableFile & Pick<FileHandle, "write">;

/** Random access to an open file. */
export async function fileBytes(file: ReadableFile): Promise<FileBytes> {
  const { size } = await file.stat();
  return { size, read: (offset, length) => readAt(file, Buffer.alloc(length), offset) };
}

/** Fills `buffer` from a position on, and returns what is filled: less than all of it only at the end of the file. */
export async function readAt(file: ReadableFile, buffer: Buffer, position: number): Promise<Buffer> {
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

export async function writeAllAt(file: WritableFile, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
  }
}
