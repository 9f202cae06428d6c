import type { EncoderJobs } from "../../../shared/application/ports/encoder-jobs.ts";
import { type EncoderJobState, readEncoderJobName } from "../../../shared/domain/encoder/encoder-job.ts";
import { type Refusal, refused } from "../../http/refusal.ts";

type Found = { readonly kind: "found"; readonly job: EncoderJobState } | Refusal<"not-found" | "deleted">;

/** The job that a path names. */
export async function findEncoderJob(
  { encoderJobs }: { readonly encoderJobs: Pick<EncoderJobs, "find"> },
  name: string,
): Promise<Found> {
  const jobId = readEncoderJobName(name);
  const job = jobId === null ? null : await encoderJobs.find(jobId);
  if (job === null) return refused("not-found");
  return job.isDeleted ? refused("deleted") : { kind: "found", job };
}
