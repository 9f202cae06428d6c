import type { JobOutcome, JobService } from "../../../shared/application/job-service/job-service.ts";
import { JobServiceError } from "../job-client-errors.ts";
import { ONE_TRY, PATIENT, type RetryRule, SHORT } from "../retried-call.ts";
import type { DirectDatabase } from "./direct-database.ts";

export type Faults = {
  /** Resolves to "early" where the database has returned meanwhile. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<unknown>;
  readonly kindOfFault: DirectDatabase["kindOfFault"];
};

/**
 * The job service whose calls are repeated as a whole, by the same rules as over HTTP: every call of the protocol
 * recognises its repeat. What no repeat has helped against is a JobServiceError.
 */
export function retriedService(service: JobService, faults: Faults): JobService {
  const own = <A extends unknown[], T>(rule: RetryRule, call: (...given: A) => Promise<T>) => {
    return (...given: A): Promise<T> => retried(() => call(...given), rule, signalIn(given), faults);
  };
  const held = <A extends unknown[], T>(rule: RetryRule, call: (...given: A) => Promise<JobOutcome<T>>) => {
    return (...given: A): Promise<JobOutcome<T>> =>
      retried(async () => unlessConflict(await call(...given)), rule, signalIn(given), faults);
  };
  return {
    claim: own(SHORT, service.claim),
    claimOne: own(PATIENT, service.claimOne),
    scan: own(SHORT, service.scan),
    usesOfPrefixes: own(PATIENT, service.usesOfPrefixes),
    deletePrefixes: own(PATIENT, service.deletePrefixes),
    heartbeat: held(ONE_TRY, service.heartbeat),
    progress: held(ONE_TRY, service.progress),
    keys: held(PATIENT, service.keys),
    recordTranscode: held(PATIENT, service.recordTranscode),
    recordEncrypt: held(PATIENT, service.recordEncrypt),
    fail: held(PATIENT, service.fail),
    release: held(SHORT, service.release),
    acknowledgeCancel: held(SHORT, service.acknowledgeCancel),
  };
}

/** The last argument of each method. */
function signalIn(given: readonly unknown[]): AbortSignal {
  const last = given.at(-1);
  return last instanceof AbortSignal ? last : new AbortController().signal;
}

async function retried<T>(
  call: () => Promise<T>,
  { tries, firstMs, longestMs }: RetryRule,
  signal: AbortSignal,
  { sleep, kindOfFault }: Faults,
): Promise<T> {
  for (let tried = 1; ; ) {
    signal.throwIfAborted();
    try {
      return await call();
    } catch (cause) {
      signal.throwIfAborted();
      const error = cause instanceof JobServiceError ? cause : faultOf(cause, kindOfFault(cause));
      if (error === null) throw cause;
      if (error.refusedWith !== null || tried >= tries) throw error;
    }
    const end = await sleep(Math.min(longestMs, firstMs * 2 ** (tried - 1)), signal);
    // A database that goes away again at once takes no try from a result.
    if (end !== "early") tried += 1;
  }
}

function faultOf(cause: unknown, kind: ReturnType<Faults["kindOfFault"]>): JobServiceError | null {
  if (kind === "other") return null;
  return kind === "passing"
    ? new JobServiceError("The database could not be reached.", { cause })
    : new JobServiceError("The database refused a request. Is DATABASE_URL right?", { cause, refusedWith: "database" });
}

/** Other saves came first each time, as a busy post may have it for a moment. */
function unlessConflict<T>(outcome: JobOutcome<T>): JobOutcome<T> {
  if (outcome.kind === "refused" && outcome.code === "conflict") {
    throw new JobServiceError("The video was changed by others each time.", { cause: outcome.detail });
  }
  return outcome;
}
