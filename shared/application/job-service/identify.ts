import type { TranscodeJob } from "../../domain/job/transcode-job.ts";
import type { HeldJob } from "../protocols/job-protocol.ts";
import type { JobServiceDeps } from "./deps.ts";
import type { JobHolder } from "./job-credentials.ts";
import { type JobRefusal, refusedCall } from "./job-service.ts";

/** A holder with its job, as this lease holds it, or held it when the job succeeded or was cancelled. */
export type Holder = JobHolder & { readonly job: TranscodeJob };

/** The claim that the credential was issued for. Does not read the database. */
export async function readHolder(
  { credentials }: Pick<JobServiceDeps, "credentials">,
  { jobId, credential }: HeldJob,
): Promise<{ readonly kind: "holder"; readonly holder: JobHolder } | JobRefusal> {
  const holder = await credentials.read(credential);
  if (holder === null) return refusedCall("credentials-invalid");
  return holder.jobId === jobId ? { kind: "holder", holder } : refusedCall("not-allowed");
}

/** The holder and its job; "lease-lost" once another lease holds the job. */
export async function identifyHolder(
  deps: Pick<JobServiceDeps, "credentials" | "jobs">,
  held: HeldJob,
): Promise<{ readonly kind: "holder"; readonly holder: Holder } | JobRefusal> {
  const read = await readHolder(deps, held);
  if (read.kind === "refused") return read;
  const { jobId, leaseToken } = read.holder;
  const job = await deps.jobs.findByLease(jobId, leaseToken);
  return job === null ? refusedCall("lease-lost") : { kind: "holder", holder: { ...read.holder, job } };
}

export function fenceOf({ jobId, leaseToken }: JobHolder) {
  return { kind: "lease", jobId, leaseToken } as const;
}
