import type { FileHandle } from "node:fs/promises";
import { addAbortSignal, type Readable } from "node:stream";

/**
 * Writes a stream into a file from `position` on. `onWritten` receives the bytes of each piece once they are in the
 * file, so that the reader of a broken stream knows the exact place to resume from; what it throws ends the
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
