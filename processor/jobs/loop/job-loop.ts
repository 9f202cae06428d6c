import { secretId } from "../../../shared/lib/random-id.ts";
import { type HeldJobDependencies, workOnHeldJob } from "./run-claimed-job.ts";
import { failUnreadable } from "./unreadable-order.ts";
import { polling, type Waiting } from "./waiting.ts";

export type JobLoopDependencies = HeldJobDependencies & {
  readonly owner: string;
  /** How many jobs may run at once. */
  readonly concurrency: number;
  readonly pollMs: number;
  /** [0, 1): spreads the polls of many processors. */
  readonly random: () => number;
  /** Polls by default. */
  readonly waiting?: Waiting;
};

/** A claim that keeps failing is asked again this much later at most. */
const LONGEST_PAUSE_MS = 30_000;
const TRIES_FOR_ONE_CLAIM = 4;

/**
 * Claims and runs jobs until `stop` is aborted, then returns running jobs to the queue and ends. What a job does is not
 * known here.
 */
export async function runJobLoop(dependencies: JobLoopDependencies): Promise<void> {
  const { concurrency, pollMs, random, waiting = polling(pollMs, random) } = dependencies;
  await Promise.all(Array.from({ length: concurrency }, () => runOneByOne(dependencies, waiting)));
}

async function runOneByOne(dependencies: JobLoopDependencies, waiting: Waiting): Promise<void> {
  const { client, stop, log, owner, pollMs, random } = dependencies;
  const claimSignal = lastClaimSignal(stop);
  let leaseToken = secretId();
  let failures = 0;
  while (!stop.aborted) {
    dependencies.observer?.claiming();
    try {
      const order = await client.claim({ leaseToken, owner }, claimSignal);
      failures = 0;
      leaseToken = secretId();
      if (order !== null) waiting.found();
      if (order?.kind === "UNREADABLE") await failUnreadable(order, dependencies, claimSignal);
      else if (order !== null) await workOnHeldJob(order, dependencies);
      else await waiting.untilDue(stop);
    } catch (error) {
      // The lease token stays: if the claim was made and only its reply was lost, the next one gives the same job.
      failures += 1;
      if (stop.aborted) return;
      // Unless the Worker stumbles over that very job: then others must not wait behind it.
      if (failures % TRIES_FOR_ONE_CLAIM === 0) leaseToken = secretId();
      log.error({ err: error, failures }, "claim failed");
      const full = Math.min(LONGEST_PAUSE_MS, pollMs * 2 ** Math.min(failures, 10));
      await waiting.afterFailure(full * (0.5 + 0.5 * random()), stop);
    }
  }
}

/** How long a claim that is under way may still take once the processor stops. */
const LAST_CLAIM_MS = 5_000;

/** Not aborted with `stop` itself: a reply that is under way may hold a job, which must then be returned. */
export function lastClaimSignal(stop: AbortSignal): AbortSignal {
  const controller = new AbortController();
  const abortSoon = () => setTimeout(() => controller.abort(stop.reason), LAST_CLAIM_MS).unref();
  if (stop.aborted) abortSoon();
  else stop.addEventListener("abort", abortSoon, { once: true });
  return controller.signal;
}
