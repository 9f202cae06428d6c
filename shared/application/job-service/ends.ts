import { failureCodeOf } from "../../domain/job/failure.ts";
import { failJob } from "../commands/fail-job.ts";
import type { FailReport, HeldJob } from "../protocols/job-protocol.ts";
import type { JobServiceDeps } from "./deps.ts";
import { discardLater } from "./discard-claim.ts";
import { continueRotationLater } from "./follow-up.ts";
import { identifyHolder } from "./identify.ts";
import { done, type FailReply, type JobOutcome } from "./job-service.ts";
import { leaseLost } from "./refusals.ts";

export async function fail(
  deps: JobServiceDeps,
  held: HeldJob,
  { verification = false, code, ...report }: FailReport,
): Promise<JobOutcome<FailReply>> {
  const identified = await identifyHolder(deps, held);
  if (identified.kind === "refused") return identified;
  const { holder } = identified;
  if (holder.job.state !== "RUNNING") return leaseLost(deps, holder);
  const failure = { ...report, code: failureCodeOf(code), verification };
  const outcome = await failJob(deps, holder.job, holder.leaseToken, failure, deps.now());
  if (outcome.kind === "lease-lost") return leaseLost(deps, holder);
  discardLater(deps, holder);
  if (outcome.kind === "failed") continueRotationLater(deps, holder.job);
  return done({ outcome: outcome.kind, runAfter: outcome.kind === "retry" ? outcome.runAfter : null });
}

/** The holder gives the job up: by a clean stop, or because it was cancelled. */
export async function giveUp(
  deps: JobServiceDeps,
  held: HeldJob,
  how: "release" | "acknowledgeCancel",
): Promise<JobOutcome> {
  const identified = await identifyHolder(deps, held);
  if (identified.kind === "refused") return identified;
  const { holder } = identified;
  const { jobId, leaseToken } = holder;
  if (!(await deps.jobs[how]({ jobId, leaseToken, now: deps.now() }))) return leaseLost(deps, holder);
  discardLater(deps, holder);
  return done();
}
