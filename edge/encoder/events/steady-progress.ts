import type { JobProgress, JobStage } from "../../../shared/domain/job/transcode-job.ts";
import { isAfter, type ReportingClaim } from "./claim-order.ts";

/** The newest progress of the newest claim. */
export type SteadyProgress = {
  readonly claim: ReportingClaim;
  readonly progress: JobProgress;
  /** Stages that this claim has left. */
  readonly left: readonly JobStage[];
};

/** Progress that only grows within a claim and its stage, whatever order reports arrive in; null for a late report. */
export function advance(
  before: SteadyProgress | null,
  claim: ReportingClaim,
  progress: JobProgress,
): SteadyProgress | null {
  if (before === null || isAfter(claim, before.claim)) return { claim, progress, left: [] };
  if (isAfter(before.claim, claim) || before.left.includes(progress.stage)) return null;
  if (before.progress.stage !== progress.stage) {
    return { claim, progress, left: [...before.left, before.progress.stage] };
  }
  const percent = Math.max(before.progress.percent, progress.percent);
  const segments = highest(before.progress.segments, progress.segments);
  const plannedSegments = progress.plannedSegments ?? before.progress.plannedSegments;
  return { claim, progress: { ...progress, percent, segments, plannedSegments }, left: before.left };
}

function highest(before: JobProgress["segments"] = {}, next: JobProgress["segments"] = {}): JobProgress["segments"] {
  const merged: Record<string, number> = { ...before };
  for (const [quality, count] of Object.entries(next)) merged[quality] = Math.max(count, merged[quality] ?? 0);
  return merged;
}
