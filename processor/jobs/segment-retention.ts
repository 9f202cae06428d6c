import { rm } from "node:fs/promises";
import type { FinishedSegment } from "../adapters/ffmpeg/transcode.ts";

/** Decides which finished segments stay on disk after their upload. */
export type SegmentRetention = {
  /** ffmpeg has finished a segment. */
  readonly announced: (segment: FinishedSegment) => void;
  /** The object store has it. */
  readonly uploaded: (segment: FinishedSegment) => Promise<void>;
  /** Whether all segments are still there, for encryption to read. */
  readonly keepsAll: () => boolean;
};

/**
 * Segments stay while there is room, since encryption mostly follows on the same machine. Without room, from the start
 * or when the disk runs low on the way, what is uploaded goes, but for the first and the last of each quality: those
 * are looked at when the ladder is verified.
 */
export function createSegmentRetention(keep: boolean, isDiskLow: () => Promise<boolean>): SegmentRetention {
  let keepsAll = keep;
  const newest = new Map<string, number>();
  const stored = new Set<FinishedSegment>();
  const isNeeded = ({ quality, index }: FinishedSegment) => index === 1 || index === newest.get(quality);
  return {
    announced: ({ quality, index }) => newest.set(quality, index),
    uploaded: async (segment) => {
      stored.add(segment);
      keepsAll = keepsAll && !(await isDiskLow());
      if (keepsAll) return;
      const over = [...stored].filter((one) => !isNeeded(one));
      for (const one of over) stored.delete(one);
      await Promise.all(over.map(({ path }) => rm(path, { force: true })));
    },
    keepsAll: () => keepsAll,
  };
}
