import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { mediaPlaylistKey, segmentKey, segmentName } from "../../../shared/domain/part/object-keys.ts";
import type { Quality } from "../../../shared/domain/quality/quality.ts";
import type { ObjectStore } from "../../adapters/object-store.ts";
import { readFileInto } from "../../adapters/read-file.ts";
import type { WorkRoot } from "../../adapters/work-directory.ts";
import type { Allocate } from "../../media/segments/scratch-buffers.ts";

/** Where the clear segments are read from: this machine's disk while they are there, the object store else. */
export type ClearRenditions = AsyncDisposable & {
  readonly origin: "disk" | "object store";
  readonly playlist: (quality: Quality) => Promise<string>;
  /** Segments count from 1. The bytes lie at the beginning of what `allocate` gave. */
  readonly segment: (quality: Quality, number: number, allocate: Allocate) => Promise<Uint8Array>;
};

export async function openClearRenditions(
  clearPrefix: string,
  workRoot: WorkRoot,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<ClearRenditions> {
  const kept = await workRoot.take(clearPrefix);
  if (kept) {
    return {
      origin: "disk",
      playlist: (quality) => readFile(join(kept.path, quality, "index.m3u8"), { encoding: "utf8", signal }),
      segment: (quality, number, allocate) => readFileInto(join(kept.path, quality, segmentName(number)), allocate),
      [Symbol.asyncDispose]: () => kept[Symbol.asyncDispose](),
    };
  }
  return {
    origin: "object store",
    playlist: (quality) => store.getText(mediaPlaylistKey(clearPrefix, quality), signal),
    segment: (quality, number, allocate) => store.getBytes(segmentKey(clearPrefix, quality, number), signal, allocate),
    [Symbol.asyncDispose]: async () => {},
  };
}
