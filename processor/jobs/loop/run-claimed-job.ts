import type { Progress, WorkOrder } from "../../../shared/application/protocols/job-protocol.ts";
import type { JobClient } from "../../adapters/job-client.ts";
import { LeaseLostError } from "../../adapters/job-client-errors.ts";
import type { Logger } from "../../log.ts";
import { RetryableError, VerificationFault } from "../../retryable-error.ts";
import type { JobOutcome, JobRun } from "./job-outcome.ts";
import { type KeptLease, keepLease } from "./keep-lease.ts";
import { createProgressReporter } from "./progress-reporter.ts";

/** Observes jobs for metrics and health, without effect on the work. */
export type JobObserver = {
  /** A slot of the loop asks for work. */
  claiming(): void;
  claimed(order: WorkOrder): void;
  reported(order: WorkOrder, progress: Progress): void;
  ended(order: WorkOrder, end: HeldJobEnd, seconds: number): void;
};

export type HeldJobDependencies = {
  readonly client: JobClient;
  readonly log: Logger;
  readonly heartbeatMs: number;
  readonly run: (order: WorkOrder, run: JobRun) => Promise<JobOutcome>;
  /** Aborted when the processor stops. */
  readonly stop: AbortSignal;
  /** How long telling the Worker may take once the processor stops. */
  readonly finalReportTimeoutMs: number;
  readonly progressIntervalMs?: number;
  readonly observer?: JobObserver;
};

/**
 * How the work on a claimed job came to its end, as far as this processor knows. refused and failed are final, the
 * latter because the attempts are used up; retry is not. unreported: the Worker did not answer, and the lease will run out.
 */
export type HeldJobEnd =
  | "recorded"
  | "refused"
  | "failed"
  | "retry"
  | "released"
  | "cancelled"
  | "lease-lost"
  | "unreported";

type Interruption = "cancelled" | "lease-lost" | "stopped";

export const FIRST_STAGE = { TRANSCODE: "DOWNLOADING", ENCRYPT: "ENCRYPTING" } as const;

/** Runs one claimed job to its end, keeps its lease meanwhile, and reports its outcome to the Worker. Does not throw. */
export async function workOnHeldJob(order: WorkOrder, dependencies: HeldJobDependencies): Promise<HeldJobEnd> {
  const { jobId, kind, claimNo, attempt } = order;
  const log = dependencies.log.child({ jobId, kind, claimNo, attempt });
  const startedAt = performance.now();
  log.info("job claimed");
  dependencies.observer?.claimed(order);
  const { result, lease } = await runUnderLease(order, dependencies, log);
  const end = await reportOutcome(order, result, dependencies, log);
  await lease.stop();
  const seconds = Math.round(performance.now() - startedAt) / 1000;
  dependencies.observer?.ended(order, end, seconds);
  log.info({ end, seconds }, "job ended");
  return end;
}

type RunResult =
  | JobOutcome
  | { readonly kind: "interrupted"; readonly by: Interruption }
  | { readonly kind: "threw"; readonly error: unknown };

type Run = { readonly result: RunResult; readonly lease: KeptLease };

/** The lease is kept beyond the run, until its result is recorded: a slow write must not lose it. */
async function runUnderLease(order: WorkOrder, dependencies: HeldJobDependencies, log: Logger): Promise<Run> {
  const { client, heartbeatMs, stop } = dependencies;
  const controller = new AbortController();
  let interruption: Interruption | null = null;
  const interrupt = (by: Interruption) => {
    interruption ??= by;
    controller.abort(new Error(`the job was interrupted: ${by}`));
  };
  const onStop = () => interrupt("stopped");
  stop.addEventListener("abort", onStop, { once: true });
  const progress = createProgressReporter({
    first: { stage: FIRST_STAGE[order.kind], percent: 0 },
    send: (latest) => client.progress(order, latest, controller.signal).catch((error) => onLost(error, interrupt)),
    onStage: ({ stage }) => log.info({ stage }, "stage started"),
    ...(dependencies.progressIntervalMs === undefined ? {} : { intervalMs: dependencies.progressIntervalMs }),
  });
  const lease = keepLease(order, { client, heartbeatMs, log, latest: progress.latest, onLost: interrupt });
  const result = await outcomeOf(
    async () => {
      if (stop.aborted) onStop();
      controller.signal.throwIfAborted();
      const report = (latest: Progress) => {
        dependencies.observer?.reported(order, latest);
        progress.report(latest);
      };
      return dependencies.run(order, { signal: controller.signal, log, report });
    },
    () => interruption,
  );
  stop.removeEventListener("abort", onStop);
  await progress.stop();
  if (result.kind === "interrupted") await lease.stop();
  return { result, lease };
}

async function outcomeOf(run: () => Promise<JobOutcome>, interruption: () => Interruption | null): Promise<RunResult> {
  try {
    const outcome = await run();
    // Work that is done is recorded even while the processor stops: one write now, or all of it again.
    const by = interruption();
    return by === null || by === "stopped" ? outcome : { kind: "interrupted", by };
  } catch (error) {
    const by = interruption() ?? (error instanceof LeaseLostError ? "lease-lost" : null);
    return by === null ? { kind: "threw", error } : { kind: "interrupted", by };
  }
}

function onLost(error: unknown, interrupt: (by: Interruption) => void): void {
  if (error instanceof LeaseLostError) interrupt("lease-lost");
}

async function reportOutcome(
  order: WorkOrder,
  result: RunResult,
  dependencies: HeldJobDependencies,
  log: Logger,
): Promise<HeldJobEnd> {
  const { signal, done } = finalReportSignal(dependencies);
  try {
    return await report(order, result, dependencies.client, signal, log);
  } catch (error) {
    if (!(error instanceof LeaseLostError)) {
      // Nothing is left to try: the lease expires, and the next claim receives the job.
      log.error({ err: error }, "could not report the job outcome");
      return "unreported";
    }
    log.warn({ err: error }, "the lease was lost before the outcome was reported");
    return await cancelledAfterAll(order, dependencies.client, signal);
  } finally {
    done();
  }
}

/** Without a limit while the processor runs; after a stop the report must fit into the remaining time. */
function finalReportSignal({ stop, finalReportTimeoutMs }: HeldJobDependencies): { signal: AbortSignal; done(): void } {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const onStop = () => {
    timer = setTimeout(() => controller.abort(new Error("the processor has stopped")), finalReportTimeoutMs);
  };
  if (stop.aborted) onStop();
  else stop.addEventListener("abort", onStop, { once: true });
  const done = () => {
    stop.removeEventListener("abort", onStop);
    clearTimeout(timer);
  };
  return { signal: controller.signal, done };
}

async function report(
  order: WorkOrder,
  result: RunResult,
  client: JobClient,
  signal: AbortSignal,
  log: Logger,
): Promise<HeldJobEnd> {
  switch (result.kind) {
    case "done":
      try {
        await result.record(signal);
        return "recorded";
      } catch (error) {
        if (error instanceof LeaseLostError || signal.aborted) throw error;
        return await reportFailure(order, error, client, signal, log);
      }
    case "refused":
      log.warn({ code: result.code, reason: result.reason }, "job refused");
      await client.fail(order, { code: result.code, reason: sentence(result.reason), permanent: true }, signal);
      return "refused";
    case "threw":
      return await reportFailure(order, result.error, client, signal, log);
    case "interrupted":
      return await reportInterruption(order, result.by, client, signal);
    default:
      return result satisfies never;
  }
}

async function reportFailure(
  order: WorkOrder,
  error: unknown,
  client: JobClient,
  signal: AbortSignal,
  log: Logger,
): Promise<HeldJobEnd> {
  log.error({ err: error }, "job failed");
  // Only sentences that were written for people leave the processor; anything else may name paths or hosts.
  const known = error instanceof RetryableError;
  const reason = known ? error.message : "The processor met an unexpected fault.";
  const code = known ? error.code : "internal";
  const verification = error instanceof VerificationFault;
  const reply = await client.fail(order, { code, reason: sentence(reason), permanent: false, verification }, signal);
  log.info(reply, "failure reported");
  return reply.outcome;
}

async function reportInterruption(
  order: WorkOrder,
  by: Interruption,
  client: JobClient,
  signal: AbortSignal,
): Promise<HeldJobEnd> {
  switch (by) {
    case "lease-lost":
      return await cancelledAfterAll(order, client, signal);
    case "cancelled":
      await client.acknowledgeCancel(order, signal);
      return "cancelled";
    case "stopped":
      await client.release(order, signal);
      return "released";
    default:
      return by satisfies never;
  }
}

/**
 * Every call about a job that was cancelled meanwhile is refused like that of a lost lease. The Worker takes the
 * acknowledgement only in the first case, which distinguishes the two, and what was stored is deleted at once.
 */
async function cancelledAfterAll(order: WorkOrder, client: JobClient, signal: AbortSignal): Promise<HeldJobEnd> {
  try {
    await client.acknowledgeCancel(order, signal);
    return "cancelled";
  } catch {
    return "lease-lost";
  }
}

function sentence(reason: string): string {
  return reason.length <= 1000 ? reason : `${reason.slice(0, 999)}…`;
}
