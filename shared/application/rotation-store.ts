import type {
  RotationBatch,
  RotationItem,
  RotationItemState,
  RotationProgress,
  RotationSelection,
  RotationState,
  SkipReason,
} from "../domain/rotation-batch.ts";

/** A part by what the world calls it; `null` stands for "before the first". */
export type PartName = { readonly videoPostId: string; readonly fileIndex: number };

/** Rotation batches as people see and steer them. */
export interface RotationBatches {
  /** RUNNING, and without items until it is filled. */
  create(
    batch: Pick<RotationBatch, "batchId" | "selection" | "maxInFlight" | "graceSeconds" | "requestedBy">,
    now: number,
  ): Promise<void>;
  find(batchId: string): Promise<RotationBatch | null>;
  /** The newest first, those before `before`. */
  list(page: { readonly before: string | null; readonly limit: number }): Promise<readonly RotationBatch[]>;
  progress(batchId: string): Promise<RotationProgress>;
  /** In the order in which they are begun; of all states where `state` is null. */
  items(
    batchId: string,
    page: { readonly state: RotationItemState | null; readonly after: PartName | null; readonly limit: number },
  ): Promise<readonly RotationItem[]>;
  /** What a batch would do, writing nothing. Looks at `limit` parts, of which those of the selection are told. */
  preview(
    selection: RotationSelection,
    page: { readonly after: PartName | null; readonly limit: number },
  ): Promise<RotationPreview>;
  /** False when the batch is in none of the states `from`. */
  changeState(
    batchId: string,
    change: { readonly from: readonly RotationState[]; readonly to: RotationState },
    now: number,
  ): Promise<boolean>;
  /** FAILED items wait again, at most `limit`, and a batch that was DONE runs again. How many it were. */
  retryFailed(batchId: string, limit: number, now: number): Promise<number>;
}

export type RotationPreview = {
  readonly parts: readonly PreviewedPart[];
  /** The last part that was looked at; null when none is left. */
  readonly last: PartName | null;
};

export type PreviewedPart = PartName & {
  readonly keyVersion: number | null;
  readonly skip: SkipReason | null;
  /** Of the clear renditions: what would be read, encrypted and written. */
  readonly qualities: number;
  readonly segments: number;
  readonly bytes: number;
};

/** An item that this caller has taken, and is about to ask the job `jobId` for. */
export type TakenItem = PartName & { readonly batchId: string; readonly fileId: string; readonly jobId: string };

/**
 * The steps of rotation batches. Each is one conditional statement or one batch of them, so that any number of callers
 * may take them at once.
 */
export interface RotationSteps {
  /** Ids of batches that run, or have something under way; the oldest first. */
  listOpen(limit: number): Promise<readonly string[]>;
  /** The batch in which this part is ROTATING. */
  findByRotatingPart(fileId: string): Promise<Pick<RotationBatch, "batchId" | "graceSeconds"> | null>;
  /** Looks at the next `pageSize` parts, and adds an item for each that is of the selection. False: nothing is left. */
  fill(batchId: string, selection: RotationSelection, pageSize: number): Promise<boolean>;
  /**
   * Ends what was under way and has ended, by the state of its part and its job. What was taken before `lostBefore` and
   * never got a job waits again.
   */
  settle(batchId: string, lostBefore: number, now: number): Promise<void>;
  /** Ends those of the next `limit` pending items that need no rotation or can have none. How many it were. */
  sortOut(batchId: string, limit: number, now: number): Promise<number>;
  /** Takes the next pending item, if the batch runs and fewer than its limit are under way. */
  take(batchId: string, jobId: string, now: number): Promise<TakenItem | null>;
  /** The part had a live ENCRYPT job already: the item waits for that one. */
  adoptLiveJob(item: TakenItem): Promise<void>;
  skip(item: TakenItem, reason: SkipReason, now: number): Promise<void>;
  putBack(item: TakenItem): Promise<void>;
  /** DONE, if every part was looked at and every item has ended. */
  finish(batchId: string, now: number): Promise<void>;
}
