import type { ResourceType, VideoPostStatus } from "./video-post.ts";

/* New keys for many parts: an item for each part, rotated by ordinary jobs, so many at a time. */

/**
 * RUNNING: items are begun one after the other. PAUSED: none is begun, what is under way goes on. DONE: every item has
 * ended. CANCELLED: what is under way goes on, what was pending is left alone for good.
 */
export type RotationState = "RUNNING" | "PAUSED" | "DONE" | "CANCELLED";

export const ROTATION_ITEM_STATES = ["PENDING", "ROTATING", "SUCCEEDED", "FAILED", "SKIPPED"] as const;
export type RotationItemState = (typeof ROTATION_ITEM_STATES)[number];

/** Which parts: those of posts that were not deleted for which everything that is said holds. Times in milliseconds. */
export type RotationSelection = {
  readonly videoPostId?: string | undefined;
  /** Beside videoPostId alone. */
  readonly fileIndex?: number | undefined;
  readonly status?: VideoPostStatus | undefined;
  readonly authorId?: string | undefined;
  readonly resourceType?: ResourceType | undefined;
  /** Of the post: from this time on. */
  readonly createdFrom?: number | undefined;
  readonly createdBefore?: number | undefined;
  /** The key version that plays is lower. */
  readonly keyVersionBelow?: number | undefined;
  /** Keys of the version that plays were made before. */
  readonly keysCreatedBefore?: number | undefined;
  /** Keys of the version that plays are wrapped under this key-encryption key. */
  readonly kekId?: string | undefined;
};

export type RotationBatch = {
  readonly batchId: string;
  readonly state: RotationState;
  readonly selection: RotationSelection;
  readonly maxInFlight: number;
  /** How long replaced keys are still given out; null for what the deployment says. */
  readonly graceSeconds: number | null;
  /** Whether every part has been looked at, so that no item is added any more. */
  readonly filled: boolean;
  readonly requestedBy: string;
  readonly createdAt: number;
  readonly finishedAt: number | null;
};

/**
 * Why an item was skipped.
 * - `deleted`: the post was deleted
 * - `not-playing`: the part was never encrypted, or not when the batch began: its keys, if it gets any, are new ones
 * - `no-clear-renditions`: there is nothing that it could be encrypted from
 * - `already-rotating`: another batch is at it
 */
export const SKIP_REASONS = ["deleted", "not-playing", "no-clear-renditions", "already-rotating"] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];

export type RotationItem = {
  readonly videoPostId: string;
  readonly fileIndex: number;
  readonly state: RotationItemState;
  /** What played when the batch came by. */
  readonly fromKeyVersion: number | null;
  readonly toKeyVersion: number | null;
  readonly jobId: string | null;
  /** A SkipReason of what was skipped, the job's sentence of what failed. */
  readonly reason: string | null;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
};

export type RotationCounts = Readonly<Record<RotationItemState, number>>;

export type RotationProgress = {
  readonly counts: RotationCounts;
  /** Milliseconds that an item took lately, from its beginning to its end; null while none has succeeded. */
  readonly averageMs: number | null;
};

/** Of the items that are known, those that have ended; null while items are still being added. */
export function percentDone({ counts }: RotationProgress, filled: boolean): number | null {
  if (!filled) return null;
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return total === 0 ? 100 : Math.floor((100 * (total - open(counts))) / total);
}

/** Seconds until the last item has ended, if it goes on as it went lately; null where nobody can tell. */
export function secondsLeft(progress: RotationProgress, batch: RotationBatch): number | null {
  const left = open(progress.counts);
  if (left === 0) return 0;
  if (batch.state !== "RUNNING" || !batch.filled || progress.averageMs === null) return null;
  const rounds = Math.ceil(left / batch.maxInFlight);
  return Math.ceil((rounds * progress.averageMs) / 1000);
}

function open(counts: RotationCounts): number {
  return counts.PENDING + counts.ROTATING;
}
