import type { ClaimOneAnswer } from "../../shared/application/job-service/job-service.ts";
import type { ClaimOneReply } from "../../shared/application/protocols/job-protocol.ts";
import { secretId } from "../../shared/lib/random-id.ts";
import { JobServiceError } from "../adapters/job-client-errors.ts";
import type { ProcessorConfig } from "../config/config.ts";
import { loggerFor, openContext, type ProcessorContext } from "../context.ts";
import { lastClaimSignal } from "../jobs/loop/job-loop.ts";
import { type HeldJobEnd, workOnHeldJob } from "../jobs/loop/run-claimed-job.ts";
import { failUnreadable } from "../jobs/loop/unreadable-order.ts";
import { EXIT } from "./exit-codes.ts";
import { openJobs } from "./open-jobs.ts";
import { stopOnSignals } from "./stop-signals.ts";
import { usableFfmpeg } from "./usable-ffmpeg.ts";

/** `ladderlock run`: does one job and resolves to the exit code that says how it went. */
export async function run(config: ProcessorConfig, jobId: string): Promise<number> {
  const log = loggerFor(config);
  const stop = stopOnSignals(config.stopSeconds, EXIT.tryLater, (signal) => log.info({ signal }, "stopping"));
  const ffmpeg = await usableFfmpeg(config);
  if (ffmpeg.kind === "unusable") {
    log.fatal(ffmpeg.problem);
    return EXIT.badConfiguration;
  }
  await using jobs = openJobs(config, log);
  await using context = await openContext(config, log, jobs.client);
  // Awaited here: the context is disposed of when this function returns.
  return await runOneJob(jobId, context, stop);
}

type RunContext = Pick<ProcessorContext, "config" | "client" | "log" | "run">;

export async function runOneJob(jobId: string, context: RunContext, stop: AbortSignal): Promise<number> {
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
    return codeOfReply(reply);
  }
  const { order } = reply;
  const times = { heartbeatMs: config.heartbeatSeconds * 1000, finalReportTimeoutMs: config.stopSeconds * 1000 };
  return codeOfEnd(await workOnHeldJob(order, { ...context, ...times, stop }));
}

/** A refusal of the very question is a matter of PROCESSOR_TOKEN or LADDERLOCK_URL: the job itself is never a fault. */
function codeOfFault(error: unknown): number {
  return error instanceof JobServiceError && error.refusedWith !== null ? EXIT.badConfiguration : EXIT.tryLater;
}

function codeOfReply(reply: Exclude<ClaimOneReply, { outcome: "claimed" }>): number {
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
