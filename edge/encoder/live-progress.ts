import { type EncoderJobState, presentJob } from "../../shared/domain/encoder/encoder-job.ts";
import type { JobProgress, TranscodeJob } from "../../shared/domain/job/transcode-job.ts";
import type { Env } from "../env.ts";
import { logError } from "../log/log.ts";

type Reporting = Pick<TranscodeJob, "fileId" | "jobId" | "state" | "claimNo">;

/** The latest report of the processor that holds the job, which is newer than the database's; null where there is none. */
export function liveProgress(env: Pick<Env, "JOB_EVENTS">, job: EncoderJobState): Promise<JobProgress | null> {
  return latestReport(env, { ...presentJob(job), fileId: job.fileId });
}

/** The same of one job. An object that is away hides no job: the database has the last heartbeat's. */
export async function latestReport(
  { JOB_EVENTS }: Pick<Env, "JOB_EVENTS">,
  { fileId, jobId, state, claimNo }: Reporting,
): Promise<JobProgress | null> {
  if (state !== "RUNNING") return null;
  try {
    return await JOB_EVENTS.getByName(fileId).latest({ jobId, claimNo });
  } catch (error) {
    logError("events", error);
    return null;
  }
}
