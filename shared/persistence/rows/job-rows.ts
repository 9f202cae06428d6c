import type { JobPage, ListedJob } from "../../application/ports/job-store.ts";
import { storedFailureCode } from "../../domain/job/failure.ts";
import type { TranscodeJob } from "../../domain/job/transcode-job.ts";

export type JobRow = TranscodeJob & { readonly leaseToken: string | null; readonly updatedAt: number };

/** The lease token is its holder's secret and is never returned to others. */
export function jobOf({ leaseToken: _, updatedAt: __, failCode, ...row }: JobRow): TranscodeJob {
  return { ...row, failCode: storedFailureCode(row.failReason, failCode) };
}

/** The jobs that one page reads at most: a page of a rare combination of filters ends after this many. */
export const JOBS_PER_PAGE_READ = 1000;

/** A job that the page has read, as the `n`th; it belongs to the page if it matches every filter. */
export type PageRow = { readonly jobId: string; readonly matches: boolean; readonly n: number };

/** Of the rows that match and the last one that was read; `find` reads the jobs, in the order of the ids. */
export async function jobPageOf(
  rows: readonly PageRow[],
  limit: number,
  find: (jobIds: readonly string[]) => Promise<readonly ListedJob[]>,
): Promise<JobPage> {
  const matching = rows.filter(({ matches }) => matches);
  const shown = matching.slice(0, limit);
  const end = rows.find(({ n }) => n === JOBS_PER_PAGE_READ);
  const next = matching.length > limit ? shown.at(-1) : end;
  return { items: await find(shown.map(({ jobId }) => jobId)), next: next?.jobId ?? null };
}
