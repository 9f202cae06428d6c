import type {
  RotationBatch,
  RotationCounts,
  RotationItemState,
  RotationProgress,
} from "../../domain/rotation/rotation-batch.ts";

export type RotationBatchRow = Omit<RotationBatch, "filled"> & {
  readonly fillCursor: string | null;
  readonly updatedAt: number;
};

export function rotationBatchOf({ fillCursor, updatedAt: _, ...row }: RotationBatchRow): RotationBatch {
  return { ...row, filled: fillCursor === null };
}

/** Enough items to average long and short parts, few enough to cost nothing. */
export const AVERAGED_ITEMS = 50;

type CountedState = { readonly state: RotationItemState; readonly count: number };
type Span = { readonly startedAt: number | null; readonly finishedAt: number | null };

/** Of the items of each state, and of the last AVERAGED_ITEMS that have succeeded. */
export function rotationProgressOf(counted: readonly CountedState[], averaged: readonly Span[]): RotationProgress {
  const none: RotationCounts = { PENDING: 0, ROTATING: 0, SUCCEEDED: 0, FAILED: 0, SKIPPED: 0 };
  const counts = { ...none, ...Object.fromEntries(counted.map(({ state, count }) => [state, count])) };
  // Parts that had their new version before their item started took no time.
  const spans = averaged.flatMap(({ startedAt, finishedAt }) =>
    startedAt === null || finishedAt === null ? [] : [finishedAt - startedAt],
  );
  const averageMs = spans.length === 0 ? null : spans.reduce((sum, span) => sum + span, 0) / spans.length;
  return { counts, averageMs };
}
