import type { FileHandle } from "node:fs/promises";
import { addAbortSignal, type Readable } from "node:stream";

/**
 * Writes a stream into a file from `position` on. `onWritten` is told the bytes of each piece once they are in the
 * file, so that a stream that breaks leaves its reader with an exact place to go on from; what it throws ends the
 * writing.
 */
export async function writeAt(
  file: FileHandle,
  position: number,
  stream: Readable,
  onWritten: (bytes: number) => void,
  signal: AbortSignal,
): Promise<void> {
  let at = position;
  for await (const chunk of addAbortSignal(signal, stream) as AsyncIterable<Uint8Array>) {
    for (let done = 0; done < chunk.length; ) {
      const { bytesWritten } = await file.write(chunk, done, chunk.length - done, at);
      done += bytesWritten;
      at += bytesWritten;
    }
    onWritten(chunk.length);
  }
}
