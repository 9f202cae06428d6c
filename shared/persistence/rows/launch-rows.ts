import type { TakenLaunch, WatchedLaunch } from "../../application/ports/launch-store.ts";
import type { JobLaunch } from "../../domain/job/job-launch.ts";
import type { JobKind } from "../../domain/job/transcode-job.ts";
import type { ProbeFacts } from "../../domain/quality/rendition.ts";

export type LaunchRow = JobLaunch & { readonly runsJobId: string } & Readonly<Record<string, unknown>>;

export type TakenRow = {
  readonly launchId: string;
  readonly jobId: string;
  readonly videoPostId: string;
  readonly fileId: string;
  readonly fileIndex: number | null;
  readonly region: string | null;
  readonly tries: number;
  readonly capacityRefusals: number;
  readonly lastReason: string | null;
  readonly kind: JobKind;
  readonly bytes: number | null;
  readonly seconds: number | null;
  readonly probe: ProbeFacts | null;
  readonly sourceUrl: string | null;
  readonly sourceKekId: string | null;
};

/** A URL that is no longer needed is stored as "". */
export function takenLaunchOf({
  kind,
  bytes,
  seconds,
  probe,
  sourceUrl,
  sourceKekId,
  ...taken
}: TakenRow): TakenLaunch {
  const { width, height, codec } = probe?.video ?? { width: null, height: null, codec: null };
  const pixels = width === null || height === null ? null : width * height;
  const isUrl = sourceUrl !== null && sourceUrl !== "" && sourceKekId !== null;
  return {
    ...taken,
    facts: { kind, bytes, seconds, pixels, codec },
    sourceUrl: isUrl ? { wrappedText: sourceUrl, kekId: sourceKekId } : null,
  };
}

export type WatchedRow = Omit<WatchedLaunch, "isClaimed"> & { readonly isClaimed: boolean | number };

export function watchedLaunchOf(row: WatchedRow): WatchedLaunch {
  return { ...row, isClaimed: Boolean(row.isClaimed) };
}

/** By the jobs that were asked for: of each the newest launch that was ordered for it or works on it. */
export function newestLaunches(rows: readonly LaunchRow[], jobIds: readonly string[]): ReadonlyMap<string, JobLaunch> {
  const asked = new Set(jobIds);
  const found = new Map<string, JobLaunch>();
  for (const row of rows.toSorted((a, b) => a.createdAt - b.createdAt || a.number - b.number)) {
    for (const jobId of [row.jobId, row.runsJobId]) if (asked.has(jobId)) found.set(jobId, launchOf(row));
  }
  return found;
}

function launchOf(row: LaunchRow): JobLaunch {
  const { launchId, jobId, number, state, platform, region, platformId, cause, reason, exitCode } = row;
  const { createdAt, updatedAt } = row;
  return {
    ...{ launchId, jobId, number, state, platform, region, platformId, cause, reason, exitCode },
    ...{ createdAt, updatedAt },
  };
}
