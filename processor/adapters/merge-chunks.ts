import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { type Refusal, refuse } from "../media/refusal.ts";
import { RetryableError } from "../retryable-error.ts";
import type { FetchOutcome, FetchProgress } from "./download-url.ts";
import type { ObjectStore, StoredObject } from "./object-store.ts";
import { writeAt } from "./write-at.ts";

export type Merge = {
  readonly store: ObjectStore;
  /** Ends with a slash; each chunk is named after the offset of its first byte, in 15 digits. */
  readonly prefix: string;
  /** Bytes of the whole upload. */
  readonly size: number;
  /** Of the whole upload in hex, where the client gave one. */
  readonly sha256: string | null;
  readonly destination: string;
  readonly signal: AbortSignal;
  readonly onProgress: FetchProgress;
};

type Chunk = { readonly key: string; readonly offset: number; readonly size: number };

/** Streams the chunks of an upload, in order, into one file; merged again, they give the same file. */
export async function mergeChunks(merge: Merge): Promise<FetchOutcome> {
  const { store, prefix, size, sha256, destination, signal } = merge;
  const plan = planChunks(prefix, size, await store.list(prefix, signal));
  if (plan.kind === "refused") return plan;
  // A second time, since it may be the reading that went wrong and not the upload.
  for (let tried = 1; tried <= 2; tried += 1) {
    await copyChunks(merge, plan.chunks);
    if (sha256 === null || (await sha256Of(destination, signal)) === sha256) return { kind: "fetched", bytes: size };
  }
  return refuse("upload-damaged", "The upload is not what was sent: its SHA-256 differs. Upload it again.");
}

async function copyChunks({ store, size, destination, signal, onProgress }: Merge, chunks: readonly Chunk[]) {
  await using file = await open(destination, "w");
  for (const chunk of chunks) {
    await copyChunk(store, file, chunk, signal);
    onProgress(chunk.offset + chunk.size, size);
  }
}

async function sha256Of(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash, { signal });
  return hash.digest("hex");
}

/** The chunks by offset, if they are the upload: without a gap, without an overlap and of its size. */
export function planChunks(
  prefix: string,
  size: number,
  objects: readonly StoredObject[],
): { kind: "planned"; chunks: readonly Chunk[] } | Refusal {
  const chunks: Chunk[] = [];
  for (const object of objects) {
    const name = object.key.slice(prefix.length);
    if (!object.key.startsWith(prefix) || !/^\d{15}$/.test(name)) {
      return refuse("upload-damaged", "The upload holds an object that is not one of its parts. Upload it again.");
    }
    chunks.push({ key: object.key, offset: Number(name), size: object.size });
  }
  chunks.sort((a, b) => a.offset - b.offset || a.size - b.size);
  let end = 0;
  for (const chunk of chunks) {
    if (chunk.offset !== end) {
      return refuse("upload-damaged", `The upload has a gap or an overlap at byte ${end}. Upload it again.`);
    }
    end += chunk.size;
  }
  if (end !== size) {
    return refuse(
      end === 0 ? "upload-gone" : "upload-damaged",
      `The upload holds ${end} bytes instead of ${size}. Upload it again.`,
    );
  }
  return { kind: "planned", chunks };
}

/** In a row with little progress: the stream of one object of a hundred gigabytes may break more often. */
const TRIES = 3;
const PROGRESS_BYTES = 8 * 2 ** 20;

/** A stream that breaks is asked for again from where it broke. */
async function copyChunk(store: ObjectStore, file: FileHandle, chunk: Chunk, signal: AbortSignal): Promise<void> {
  const { key, offset, size } = chunk;
  let done = 0;
  let failures = 0;
  const written = (bytes: number) => {
    done += bytes;
    if (done > size) throw new RetryableError("source-changed", "A part of the upload changed while it was read.");
  };
  while (done < size) {
    const start = done;
    let fault: unknown = "it ended early";
    try {
      await writeAt(file, offset + done, await store.getStream(key, done, signal), written, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (done > size) throw unreadable(error);
      fault = error;
    }
    failures = done - start >= PROGRESS_BYTES ? 0 : failures + 1;
    if (done < size && failures >= TRIES) throw unreadable(fault);
  }
}

function unreadable(cause: unknown): RetryableError {
  return cause instanceof RetryableError
    ? cause
    : new RetryableError("storage-unavailable", "A part of the upload could not be read.", { cause });
}
