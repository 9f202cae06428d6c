import type { ResourceType, VideoPostStatus } from "../post/video-post.ts";

/* New keys for many parts: an item per part, rotated by ordinary jobs, a limited number at a time. */

/**
 * RUNNING: items are started one after the other. PAUSED: none is started, those in progress continue. DONE: every item
 * has ended. CANCELLED: items in progress continue, pending ones never start.
 */
export type RotationState = "RUNNING" | "PAUSED" | "DONE" | "CANCELLED";

export const ROTATION_ITEM_STATES = ["PENDING", "ROTATING", "SUCCEEDED", "FAILED", "SKIPPED"] as const;
export type RotationItemState = (typeof ROTATION_ITEM_STATES)[number];

/** One part of a post; without a file index all of its parts. */
export type ChosenParts = { readonly videoPostId: string; readonly fileIndex?: number | undefined };

/** The selected parts: those of posts that are not deleted and match every given selector. Times in milliseconds. */
export type RotationSelection = {
  readonly videoPostId?: string | undefined;
  /** Only together with videoPostId. */
  readonly fileIndex?: number | undefined;
  /** Not together with videoPostId. */
  readonly parts?: readonly ChosenParts[] | undefined;
  readonly status?: VideoPostStatus | undefined;
  readonly authorId?: string | undefined;
  readonly resourceType?: ResourceType | undefined;
  /** Creation of the post: from this time on. */
  readonly createdFrom?: number | undefined;
  readonly createdBefore?: number | undefined;
  /** The key version that plays is lower than this. */
  readonly keyVersionBelow?: number | undefined;
  /** Keys of the version that plays were made before this time. */
  readonly keysCreatedBefore?: number | undefined;
  /** Keys of the version that plays are wrapped under this key-encryption key. */
  readonly kekId?: string | undefined;
};

export type RotationBatch = {
  readonly batchId: string;
  readonly state: RotationState;
  readonly selection: RotationSelection;
  readonly maxInFlight: number;
  /** How long replaced keys are served; null for the deployment's setting. */
  readonly graceSeconds: number | null;
  /** Whether every part was read, so that no item is added any more. */
  readonly filled: boolean;
  readonly requestedBy: string;
  readonly createdAt: number;
  readonly finishedAt: number | null;
};

/**
 * Why an item was skipped.
 * - `deleted`: the post was deleted, or the part removed
 * - `replaced`: the part plays another source meanwhile; its keys are newer than the batch if its encrypt job is
 * - `not-playing`: the part was never encrypted, or not when the batch began: its keys, if it gets any, are new ones
 * - `no-clear-renditions`: there is nothing that it could be encrypted from
 * - `already-rotating`: another batch is at it
 */
export const SKIP_REASONS = ["deleted", "replaced", "not-playing", "no-clear-renditions", "already-rotating"] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];

export type RotationItem = {
  readonly videoPostId: string;
  readonly fileIndex: number;
  readonly state: RotationItemState;
  /** The version that played when the item was added. */
  readonly fromKeyVersion: number | null;
  readonly toKeyVersion: number | null;
  readonly jobId: string | null;
  /** A SkipReason of a skipped item, the job's reason of a failed one. */
  readonly reason: string | null;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
};

export type RotationCounts = Readonly<Record<RotationItemState, number>>;

export type RotationProgress = {
  readonly counts: RotationCounts;
  /** Recent duration of an item in milliseconds; null while none has succeeded. */
  readonly averageMs: number | null;
};

/** Share of the known items that have ended; null while items are still being added. */
export function percentDone({ counts }: RotationProgress, filled: boolean): number | null {
  if (!filled) return null;
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return total === 0 ? 100 : Math.floor((100 * (total - open(counts))) / total);
}

/** Estimated seconds until the last item ends, at the recent rate; null if unknown. */
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
