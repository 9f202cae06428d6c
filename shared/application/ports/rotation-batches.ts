import type {
  ChosenParts,
  RotationBatch,
  RotationItem,
  RotationItemState,
  RotationProgress,
  RotationSelection,
  RotationState,
  SkipReason,
} from "../../domain/rotation/rotation-batch.ts";

/** Rotation batches as operators read and control them. */
export interface RotationBatches {
  /** RUNNING, without items until it is filled. */
  create(batch: NewRotationBatch, now: number): Promise<void>;
  find(batchId: string): Promise<RotationBatch | null>;
  /** The newest first, those before `before`. */
  list(page: RotationBatchPage): Promise<readonly RotationBatch[]>;
  progress(batchId: string): Promise<RotationProgress>;
  /** In the order in which they are started; of all states where `state` is null. */
  items(batchId: string, page: RotationItemPage): Promise<readonly RotationItem[]>;
  /** The first of these whose post or part does not exist, or whose post was deleted; null where there is none. */
  findMissing(parts: readonly ChosenParts[]): Promise<MissingParts | null>;
  /** What a batch would do. Writes nothing. Reads `limit` parts and returns those that are selected. */
  preview(selection: RotationSelection, page: PartPage): Promise<RotationPreview>;
  /** False when the batch is in none of the states `from`. */
  changeState(batchId: string, change: RotationStateChange, now: number): Promise<boolean>;
  /** At most `limit` FAILED items become PENDING, and a DONE batch becomes RUNNING. Returns the number of items. */
  retryFailed(batchId: string, limit: number, now: number): Promise<number>;
}

/** The public name of a part. */
export type PartName = { readonly videoPostId: string; readonly fileIndex: number };

export type MissingParts = ChosenParts & { readonly isDeleted: boolean };

export type NewRotationBatch = Pick<
  RotationBatch,
  "batchId" | "selection" | "maxInFlight" | "graceSeconds" | "requestedBy"
>;

export type RotationBatchPage = { readonly before: string | null; readonly limit: number };

/** `after`: the last part of the previous page; null for the first page. */
export type PartPage = { readonly after: PartName | null; readonly limit: number };

export type RotationItemPage = PartPage & { readonly state: RotationItemState | null };

export type RotationStateChange = { readonly from: readonly RotationState[]; readonly to: RotationState };

export type RotationPreview = {
  readonly parts: readonly PreviewedPart[];
  /** The last part that was read; null when none is left. */
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
