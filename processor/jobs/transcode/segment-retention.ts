import { rm } from "node:fs/promises";
import type { FinishedSegment } from "../../adapters/ffmpeg/transcode.ts";

/** Decides which finished segments stay on disk after their upload. */
export type SegmentRetention = {
  /** The object store has it. */
  readonly uploaded: (segment: FinishedSegment) => Promise<void>;
  /** Whether all segments are still there, for encryption to read. */
  readonly keepsAll: () => boolean;
};

/**
 * Segments stay while there is room, since encryption mostly follows on the same machine. Without room, from the start
 * or when the disk runs low on the way, what is uploaded goes, but for the first of each quality: that one is looked at
 * when the ladder is verified.
 */
export function createSegmentRetention(keep: boolean, isDiskLow: () => Promise<boolean>): SegmentRetention {
  let keepsAll = keep;
  const stored = new Set<FinishedSegment>();
  return {
    uploaded: async (segment) => {
      if (segment.index > 1) stored.add(segment);
      keepsAll = keepsAll && !(await isDiskLow());
      if (keepsAll) return;
      const over = [...stored];
      stored.clear();
      await Promise.all(over.map(({ path }) => rm(path, { force: true })));
    },
    keepsAll: () => keepsAll,
  };
}
