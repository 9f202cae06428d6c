import type { CommandOutcome } from "../decide-and-save.ts";
import type { JobServiceDeps } from "./deps.ts";
import { discardLater } from "./discard-claim.ts";
import type { Holder } from "./identify.ts";
import { type JobRefusal, refusedCall } from "./job-service.ts";

export function refusalOf(outcome: Exclude<CommandOutcome<unknown>, { kind: "done" }>): JobRefusal {
  if (outcome.kind !== "refused") return refusedCall(outcome.kind);
  const { refusal } = outcome;
  return refusedCall(refusal.kind, "detail" in refusal ? refusal.detail : null);
}

/** What the holder of a cancelled job has stored is deleted at once. After any other loss, garbage collection finds it. */
export async function leaseLost(deps: JobServiceDeps, holder: Holder): Promise<JobRefusal> {
  const job = await deps.jobs.findByLease(holder.jobId, holder.leaseToken);
  if (job?.state === "CANCELLED") discardLater(deps, holder);
  return refusedCall("lease-lost");
}
