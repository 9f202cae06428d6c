import type { PartName, PreviewedPart } from "../../shared/application/ports/rotation-batches.ts";
import {
  type RotationItemView,
  type RotationPreviewView,
  type RotationProgressView,
  type RotationView,
  selectionShown,
} from "../../shared/application/protocols/rotation-protocol.ts";
import {
  percentDone,
  type RotationBatch,
  type RotationItem,
  type RotationProgress,
  secondsLeft,
} from "../../shared/domain/rotation/rotation-batch.ts";
import { partCursor } from "../api/cursor.ts";

/* Rotation batches as the API shows them: RFC 3339 times, no internal ids. */

export function shownBatch({ selection, createdAt, finishedAt, ...batch }: RotationBatch): RotationView {
  return { ...batch, selection: selectionShown(selection), createdAt: time(createdAt), finishedAt: timeOf(finishedAt) };
}

export function shownProgress(batch: RotationBatch, progress: RotationProgress): RotationProgressView {
  const {
    PENDING: pending,
    ROTATING: rotating,
    SUCCEEDED: succeeded,
    FAILED: failed,
    SKIPPED: skipped,
  } = progress.counts;
  const total = pending + rotating + succeeded + failed + skipped;
  const percent = percentDone(progress, batch.filled);
  const left = { percent, secondsLeft: secondsLeft(progress, batch) };
  return { ...shownBatch(batch), progress: { total, pending, rotating, succeeded, failed, skipped, ...left } };
}

export function shownItem({ startedAt, finishedAt, ...item }: RotationItem): RotationItemView {
  return { ...item, startedAt: timeOf(startedAt), finishedAt: timeOf(finishedAt) };
}

export function shownPreview(parts: readonly PreviewedPart[], last: PartName | null): RotationPreviewView {
  const rotated = parts.filter(({ skip }) => skip === null);
  const sum = (of: "segments" | "bytes") => rotated.reduce((total, part) => total + part[of], 0);
  return {
    dryRun: true,
    items: parts.map(({ skip, ...part }) => ({ ...part, outcome: skip ?? "rotate" })),
    totals: {
      rotate: rotated.length,
      skip: parts.length - rotated.length,
      segments: sum("segments"),
      bytes: sum("bytes"),
    },
    nextCursor: last === null ? null : partCursor.write(last),
  };
}

function timeOf(at: number | null): string | null {
  return at === null ? null : time(at);
}

function time(at: number): string {
  return new Date(at).toISOString();
}
