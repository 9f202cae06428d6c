import type { TranscodeJob } from "../../domain/job/transcode-job.ts";
import {
  type ClaimOneReply,
  type ClaimOneRequest,
  type ClaimRequest,
  claimOneRequestSchema,
  claimRequestSchema,
  type WorkOrder,
} from "../protocols/job-protocol.ts";
import type { JobServiceDeps } from "./deps.ts";
import { workOrder } from "./work-order.ts";

export async function claim(deps: JobServiceDeps, request: ClaimRequest): Promise<WorkOrder | null> {
  const { jobs, rules, now } = deps;
  const lease = claimRequestSchema.parse(request);
  const claimed = await jobs.claim({ ...lease, now: now(), leaseMs: rules.leaseMs });
  return claimed === null ? null : workOrder(deps, claimed);
}

/** The work order of this job, or the reason why there is none. */
export async function claimOne(deps: JobServiceDeps, jobId: string, request: ClaimOneRequest): Promise<ClaimOneReply> {
  const { jobs, rules, now } = deps;
  const lease = claimOneRequestSchema.parse(request);
  const claimed = await jobs.claimOne({ ...lease, jobId, now: now(), leaseMs: rules.leaseMs });
  const order = claimed === null ? null : await workOrder(deps, claimed);
  if (order !== null) return { outcome: "claimed", order };
  const job = await jobs.find(jobId);
  return job === null ? { outcome: "unknown" } : whyNot(job);
}

function whyNot({ state, failReason, leaseExpiresAt, runAfter }: TranscodeJob): ClaimOneReply {
  switch (state) {
    case "SUCCEEDED":
    case "FAILED":
    case "CANCELLED":
      return { outcome: "ended", state, failReason };
    case "RUNNING":
      return { outcome: "later", because: "leased", at: leaseExpiresAt ?? runAfter };
    case "QUEUED":
    case "RETRY_WAIT":
      return { outcome: "later", because: "waiting", at: runAfter };
    default:
      return state satisfies never;
  }
}
