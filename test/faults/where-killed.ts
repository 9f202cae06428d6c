import type { Stack } from "../e2e/stack.ts";

/** How far the part of a run had come when the run was killed, as the database has it. */
export const PLACES = [
  "before-claim",
  "in-transcode",
  "between-jobs",
  "in-encrypt",
  "after-save",
  "otherwise-ended",
] as const;
export type Place = (typeof PLACES)[number];

type JobRow = { readonly job_id: string; readonly file_id: string; readonly kind: string; readonly state: string };

/** `jobId` is that of either job of the part. */
export async function placeOf(stack: Stack, jobId: string): Promise<Place> {
  const database = await stack.database();
  const [own] = await database.rows<JobRow>("video_transcode_job", { job_id: jobId });
  if (own === undefined) throw new Error(`there is no job ${jobId}`);
  const jobs = await database.rows<JobRow>("video_transcode_job", { file_id: own.file_id });
  const newest = jobs.toSorted((one, other) => (one.job_id < other.job_id ? 1 : -1))[0]!;
  switch (newest.state) {
    case "RUNNING":
      return newest.kind === "TRANSCODE" ? "in-transcode" : "in-encrypt";
    case "QUEUED":
    case "RETRY_WAIT":
      return newest.kind === "TRANSCODE" ? "before-claim" : "between-jobs";
    case "SUCCEEDED":
      return newest.kind === "TRANSCODE" ? "between-jobs" : "after-save";
    default:
      return "otherwise-ended";
  }
}
