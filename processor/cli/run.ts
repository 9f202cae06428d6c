import type { ClaimOneAnswer } from "../../shared/application/job-service/job-service.ts";
import type { ClaimOneReply } from "../../shared/application/protocols/job-protocol.ts";
import { secretId } from "../../shared/lib/random-id.ts";
import { JobServiceError } from "../adapters/job-client-errors.ts";
import type { ProcessorConfig } from "../config/config.ts";
import { loggerFor, openContext, type ProcessorContext } from "../context.ts";
import { followingClient } from "../jobs/loop/following-client.ts";
import { lastClaimSignal } from "../jobs/loop/job-loop.ts";
import { type HeldJobEnd, workOnHeldJob } from "../jobs/loop/run-claimed-job.ts";
import { failUnreadable } from "../jobs/loop/unreadable-order.ts";
import { EXIT } from "./exit-codes.ts";
import { openJobs } from "./open-jobs.ts";
import { stopOnSignals } from "./stop-signals.ts";
import { usableFfmpeg } from "./usable-ffmpeg.ts";

/** `ladderlock run`: runs one job, and the encrypt job that follows from it. Resolves to the exit code. */
export async function run(config: ProcessorConfig, jobId: string): Promise<number> {
  const log = loggerFor(config);
  const stop = stopOnSignals(config.stopSeconds, EXIT.tryLater, (signal) => log.info({ signal }, "stopping"));
  const ffmpeg = await usableFfmpeg(config);
  if (ffmpeg.kind === "unusable") {
    log.fatal(ffmpeg.problem);
    return EXIT.badConfiguration;
  }
  await using jobs = openJobs(config, log);
  const following = followingClient(jobs.client, stop);
  await using context = await openContext(config, log, config.runFollowUp ? following.client : jobs.client);
  // Awaited here: the context is disposed of when this function returns.
  return await runPart(jobId, context, following.encryptJobId, stop);
}

type RunContext = Pick<ProcessorContext, "config" | "client" | "log" | "run">;

/** The job, then the one that `followUp` names once the job has ended. The exit code is that of the last. */
export async function runPart(
  jobId: string,
  context: RunContext,
  followUp: () => string | null,
  stop: AbortSignal,
): Promise<number> {
  const code = await runOneJob(jobId, context, stop, codeOfReply);
  const next = followUp();
  if (next === null) return code;
  if (!stop.aborted) return await runOneJob(next, context, stop, codeOfFollowUpReply);
  context.log.info({ jobId: next }, "stopped before the encrypt job, which another run claims");
  return EXIT.tryLater;
}

type CodeOfReply = (reply: Exclude<ClaimOneReply, { outcome: "claimed" }>) => number;

async function runOneJob(
  jobId: string,
  context: RunContext,
  stop: AbortSignal,
  codeOfNoClaim: CodeOfReply,
): Promise<number> {
  const { client, config, log } = context;
  let reply: ClaimOneAnswer;
  try {
    const request = { leaseToken: secretId(), owner: config.owner };
    reply = await client.claimOne(jobId, request, lastClaimSignal(stop));
  } catch (error) {
    log.error({ err: error, jobId }, "claim failed");
    return codeOfFault(error);
  }
  if (reply.outcome === "unreadable") {
    await failUnreadable(reply.order, context, lastClaimSignal(stop));
    return EXIT.badInput;
  }
  if (reply.outcome !== "claimed") {
    log.info({ jobId, ...reply }, "nothing to do");
    return codeOfNoClaim(reply);
  }
  const { order } = reply;
  const times = { heartbeatMs: config.heartbeatSeconds * 1000, finalReportTimeoutMs: config.stopSeconds * 1000 };
  return codeOfEnd(await workOnHeldJob(order, { ...context, ...times, stop }));
}

/** A refusal of the very question is a matter of PROCESSOR_TOKEN or LADDERLOCK_URL: the job itself is never a fault. */
function codeOfFault(error: unknown): number {
  return error instanceof JobServiceError && error.refusedWith !== null ? EXIT.badConfiguration : EXIT.tryLater;
}

function codeOfReply(reply: Parameters<CodeOfReply>[0]): number {
  switch (reply.outcome) {
    case "ended":
      return reply.state === "FAILED" ? EXIT.badInput : EXIT.ok;
    case "later":
      return EXIT.tryLater;
    case "unknown":
      return EXIT.badInput;
    default:
      return reply satisfies never;
  }
}

/** An encrypt job that another holds, or that is gone with its part, leaves nothing to do for this run. */
function codeOfFollowUpReply(reply: Parameters<CodeOfReply>[0]): number {
  const isTaken = reply.outcome === "unknown" || (reply.outcome === "later" && reply.because === "leased");
  return isTaken ? EXIT.ok : codeOfReply(reply);
}

function codeOfEnd(end: HeldJobEnd): number {
  switch (end) {
    case "recorded":
    case "cancelled":
      return EXIT.ok;
    case "refused":
    case "failed":
      return EXIT.badInput;
    case "retry":
    case "released":
    case "lease-lost":
    case "unreported":
      return EXIT.tryLater;
    default:
      return end satisfies never;
  }
}
