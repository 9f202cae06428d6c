import type { HeldJob, Progress } from "../protocols/job-protocol.ts";
import type { JobServiceDeps } from "./deps.ts";
import { readHolder } from "./identify.ts";
import { done, type HeartbeatReply, type JobOutcome, refusedCall } from "./job-service.ts";

/** One fenced update, which also checks the lease: no read comes before it. */
export async function heartbeat(
  deps: JobServiceDeps,
  held: HeldJob,
  progress: Progress,
): Promise<JobOutcome<HeartbeatReply>> {
  const read = await readHolder(deps, held);
  if (read.kind === "refused") return read;
  const { jobId, leaseToken } = read.holder;
  const { stage } = progress;
  const lease = { jobId, leaseToken, now: deps.now(), leaseMs: deps.rules.leaseMs };
  const outcome = await deps.jobs.heartbeat({ ...lease, stage, progress });
  return outcome === "lease-lost" ? refusedCall("lease-lost") : done({ cancel: outcome === "cancel" });
}

/**
 * Comes every second and does not read the database: the signature of the credential says which claim reports. The
 * holder of a cancelled job learns at its next heartbeat that it was cancelled.
 */
export async function reportProgress(deps: JobServiceDeps, held: HeldJob, progress: Progress): Promise<JobOutcome> {
  const read = await readHolder(deps, held);
  if (read.kind === "refused") return read;
  return (await deps.reportProgress(read.holder, progress)) ? done() : refusedCall("lease-lost");
}
