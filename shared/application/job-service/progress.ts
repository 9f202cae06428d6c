import type { HeldJob, Progress } from "../protocols/job-protocol.ts";
import type { JobServiceDeps } from "./deps.ts";
import { identifyHolder, readHolder } from "./identify.ts";
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

/** Sent every second, so the holder of a cancelled job stops sooner than at its next heartbeat. */
export async function reportProgress(deps: JobServiceDeps, held: HeldJob, progress: Progress): Promise<JobOutcome> {
  const identified = await identifyHolder(deps, held);
  if (identified.kind === "refused") return identified;
  const { job } = identified.holder;
  if (job.state !== "RUNNING") return refusedCall("lease-lost");
  await deps.reportProgress(job.jobId, progress);
  return done();
}
