import type { ClaimOneReply } from "../../shared/application/job-protocol.ts";
import type { TranscodeJob } from "../../shared/domain/transcode-job.ts";
import type { Context } from "../context.ts";
import { workOrder } from "./work-order.ts";

/** The work order of this very job, or why there is none. */
export async function claimOne(
  context: Context,
  jobId: string,
  holder: { readonly leaseToken: string; readonly owner: string },
): Promise<ClaimOneReply> {
  const { jobs, rules } = context;
  const claimed = await jobs.claimOne({ ...holder, jobId, now: context.now(), leaseMs: rules.leaseMs });
  const order = claimed === null ? null : await workOrder(context, claimed);
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
