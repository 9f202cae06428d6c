import { importPrefix, mediaPlaylistKey, segmentKey } from "../../shared/domain/part/object-keys.ts";
import type { ObjectHeaders, ObjectStore } from "../adapters/object-store.ts";
import { forEachConcurrently } from "../jobs/concurrent-tasks.ts";
import { STORED_PLAYLIST } from "../jobs/object-headers.ts";
import { writeImportedPlaylist } from "../media/imports/imported-playlist.ts";
import { openImportedSegment } from "../media/imports/imported-segment.ts";
import { type CheckedImport, type CheckedPart, type CheckedSegment, doesNotOpen } from "./check-import.ts";
import type { ImportFiles } from "./import-files.ts";
import { ImportRefusal } from "./import-refusal.ts";

export type UploadImport = {
  readonly importId: string;
  readonly checked: CheckedImport;
  readonly files: ImportFiles;
  readonly store: ObjectStore;
  readonly concurrency: number;
  readonly signal: AbortSignal;
  /** Segments that are stored, of how many. */
  readonly onProgress: (done: number, total: number) => void;
};

const IMPORTED_SEGMENT: ObjectHeaders = { contentType: "video/mp2t", cacheControl: "private, no-store" };

/**
 * Stores what is imported under its own prefixes, as it is: encrypted where it was. What an earlier run has stored is
 * left alone. Every segment is opened on its way, and the playlists come last: where they are, all is. Throws
 * ImportRefusal for a segment that does not open, RetryableError for a store or a server that fails.
 */
export async function uploadImport(input: UploadImport): Promise<void> {
  const { importId, checked, signal, onProgress } = input;
  const total = checked.parts.flatMap(({ renditions }) => renditions.flatMap(({ segments }) => segments)).length;
  let done = 0;
  const stored = () => {
    done += 1;
    onProgress(done, total);
  };
  onProgress(0, total);
  for (const [index, part] of checked.parts.entries()) {
    await uploadPart(part, importPrefix(importId, checked.digest, index), input, stored);
  }
  signal.throwIfAborted();
}

async function uploadPart(
  { key, renditions }: CheckedPart,
  prefix: string,
  { files, store, concurrency, signal }: UploadImport,
  stored: () => void,
): Promise<void> {
  const there = new Map((await store.list(prefix, signal)).map(({ key: name, size }) => [name, size]));
  const segments = renditions.flatMap((rendition) =>
    rendition.segments.map((segment, index) => ({
      segment,
      name: segmentKey(prefix, rendition.quality, index + 1),
    })),
  );
  await forEachConcurrently(segments, concurrency, async ({ segment, name }) => {
    signal.throwIfAborted();
    if (!isThere(segment, there.get(name))) {
      const bytes = await files.read(segment.place, signal);
      if (openImportedSegment(bytes, key, segment.iv) === null) {
        throw new ImportRefusal([doesNotOpen(segment.place, segment.iv !== null)]);
      }
      await store.putBytes(name, bytes, IMPORTED_SEGMENT, signal);
    }
    stored();
  });
  for (const { quality, segments: listed } of renditions) {
    const text = writeImportedPlaylist(listed);
    const name = mediaPlaylistKey(prefix, quality);
    if (there.get(name) !== text.length) await store.putBytes(name, text, STORED_PLAYLIST, signal);
  }
}

/** What an address will send is not known before: there, the object is believed. */
function isThere({ bytes }: CheckedSegment, size: number | undefined): boolean {
  return size !== undefined && (bytes === null || bytes === size);
}
