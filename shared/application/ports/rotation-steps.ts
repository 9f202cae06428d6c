import type { RotationBatch, RotationSelection, SkipReason } from "../../domain/rotation/rotation-batch.ts";
import type { PartName } from "./rotation-batches.ts";

/** The steps of rotation batches. Each is one conditional transaction, so any number of callers may run them at once. */
export interface RotationSteps {
  /** Ids of batches that run or have items in progress, the oldest first. */
  listOpen(limit: number): Promise<readonly string[]>;
  /** The batch in which this part is ROTATING. */
  findByRotatingPart(fileId: string): Promise<Pick<RotationBatch, "batchId" | "graceSeconds"> | null>;
  /** Reads the next `pageSize` parts and adds an item for each that is selected. False when no part is left. */
  fill(batchId: string, selection: RotationSelection, pageSize: number): Promise<boolean>;
  /**
   * Ends items whose part or job has ended. An item that was taken before `lostBefore` and never got a job becomes
   * PENDING again.
   */
  settle(batchId: string, lostBefore: number, now: number): Promise<void>;
  /** Ends those of the next `limit` PENDING items that need no rotation or can have none. Returns how many. */
  classify(batchId: string, limit: number, now: number): Promise<number>;
  /** Takes the next PENDING item, if the batch runs and fewer items than its limit are in progress. */
  take(batchId: string, jobId: string, now: number): Promise<TakenItem | null>;
  /** Ties the item to the live ENCRYPT job that the part had already. */
  adoptLiveJob(item: TakenItem): Promise<void>;
  skip(item: TakenItem, reason: SkipReason, now: number): Promise<void>;
  putBack(item: TakenItem): Promise<void>;
  /** DONE, if every part has been read and every item has ended. */
  finish(batchId: string, now: number): Promise<void>;
}

/** An item that this caller has taken; `jobId` is the job that it is about to request. */
export type TakenItem = PartName & { readonly batchId: string; readonly fileId: string; readonly jobId: string };
