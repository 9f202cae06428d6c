import type { RotationBatch, RotationBatchWithProgress, RotationItem, RotationPreview } from "../../client/index.ts";
import { textTable } from "../../processor/cli/text-table.ts";
import type { ChosenParts, SkipReason } from "../../shared/domain/rotation/rotation-batch.ts";

const SKIPPED: Readonly<Record<SkipReason, string>> = {
  deleted: "its post was deleted",
  "not-playing": "it was not encrypted when the batch started",
  "no-clear-renditions": "it has no clear renditions",
  replaced: "the part plays another source, under newer keys",
  "already-rotating": "another batch is rotating it",
};

export function rotationTable(rotations: readonly RotationBatch[]): string {
  const columns = ["BATCH", "STATE", "BEGAN", "BY", "WHAT"].map((title) => ({ title }));
  return textTable(
    columns,
    rotations.map(({ batchId, state, createdAt, requestedBy, selection }) => [
      ...[batchId, state, createdAt, requestedBy],
      selectionText(selection),
    ]),
  );
}

/** Everything there is about one batch, a line each. */
export function describeRotation({ progress, ...batch }: RotationBatchWithProgress): string {
  const { pending, rotating, succeeded, failed, skipped, percent, secondsLeft } = progress;
  const lines: [string, string][] = [
    ["batch", batch.batchId],
    ["state", batch.filled ? batch.state : `${batch.state} (still collecting parts)`],
    ["what", selectionText(batch.selection)],
    ["at once", `${batch.maxInFlight}`],
    ["grace", batch.graceSeconds === null ? "the deployment's default" : `${batch.graceSeconds} s`],
    ["parts", `${pending} pending, ${rotating} rotating, ${succeeded} succeeded, ${failed} failed, ${skipped} skipped`],
    ["done", percent === null ? "" : `${percent} %`],
    ["left", secondsLeft === null || secondsLeft === 0 ? "" : `about ${spanText(secondsLeft)}`],
    ["began", `${batch.createdAt} by ${batch.requestedBy}`],
    ["ended", batch.finishedAt ?? ""],
  ];
  const shown = lines.filter(([, value]) => value !== "");
  return shown.map(([name, value]) => `${`${name}:`.padEnd(10)}${value}\n`).join("");
}

/** One line for the end of a batch, or of a look at it. */
export function summaryOf({ batchId, state, progress }: RotationBatchWithProgress): string {
  const { succeeded, failed, skipped, pending } = progress;
  const parts = [`${succeeded} rotated`, `${failed} failed`, `${skipped} skipped`];
  const left = pending > 0 ? `, ${pending} not started` : "";
  const hint = failed + skipped > 0 ? ` See: rotate report ${batchId}` : "";
  return `${state}: ${parts.join(", ")}${left}.${hint}\n`;
}

const ITEM_COLUMNS = ["POST", "PART", "STATE", "FROM", "TO", "WHY"].map((title) => ({ title }));

export function itemTable(items: readonly RotationItem[]): string {
  return textTable(
    ITEM_COLUMNS,
    items.map(({ videoPostId, fileIndex, state, fromKeyVersion, toKeyVersion, reason }) => [
      ...[videoPostId, String(fileIndex), state, String(fromKeyVersion ?? ""), String(toKeyVersion ?? "")],
      SKIPPED[reason as SkipReason] ?? reason ?? "",
    ]),
  );
}

export type Totals = RotationPreview["totals"];

export function previewTable(items: RotationPreview["items"]): string {
  const columns = [
    { title: "POST" },
    { title: "PART" },
    { title: "VERSION", align: "right" },
    { title: "QUALITIES", align: "right" },
    { title: "SEGMENTS", align: "right" },
    { title: "BYTES", align: "right" },
    { title: "SKIPPED BECAUSE" },
  ] as const;
  return textTable(
    columns,
    items.map(({ videoPostId, fileIndex, keyVersion, qualities, segments, bytes, outcome }) => [
      ...[videoPostId, String(fileIndex), String(keyVersion ?? "")],
      ...[qualities, segments, bytes].map(String),
      outcome === "rotate" ? "" : SKIPPED[outcome],
    ]),
  );
}

export function previewSummary({ rotate, skip, segments, bytes }: Totals): string {
  return `${rotate} parts would be rotated: ${segments} segments, ${bytes} bytes. ${skip} would be skipped. Nothing was changed: this was a dry run.\n`;
}

function selectionText(selection: Readonly<Record<string, unknown>>): string {
  if (selection.everything === true) return "everything";
  return Object.entries(selection)
    .map(([name, value]) => (name === "parts" ? chosenText(value as readonly ChosenParts[]) : `${name} ${value}`))
    .join(", ");
}

/** As many as fit on a line: `rotate report` lists the parts of a batch. */
function chosenText(parts: readonly ChosenParts[]): string {
  const names = parts.map(({ videoPostId, fileIndex }) =>
    fileIndex === undefined ? videoPostId : `${videoPostId}/${fileIndex}`,
  );
  const shown = names.slice(0, 3).join(" ");
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}

/** The largest unit that fits, rounded: an estimate is no promise. */
export function spanText(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 120 * 60) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3600)} h`;
}
