import { type EncoderJobState, presentJob } from "../../shared/domain/encoder-job.ts";
import type { JobProgress } from "../../shared/domain/transcode-job.ts";
import type { Env } from "../env.ts";

/** The latest report of the processor that holds the job, which is newer than the database's; null where there is none. */
export async function liveProgress(
  { JOB_EVENTS }: Pick<Env, "JOB_EVENTS">,
  job: EncoderJobState,
): Promise<JobProgress | null> {
  const { jobId, state, claimNo } = presentJob(job);
  return state === "RUNNING" ? JOB_EVENTS.getByName(job.fileId).latest({ jobId, claimNo }) : null;
}
