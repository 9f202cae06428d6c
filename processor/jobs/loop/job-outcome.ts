import type { Progress } from "../../../shared/application/protocols/job-protocol.ts";
import type { Logger } from "../../log.ts";
import type { Refusal } from "../../media/refusal.ts";

/** What a job is given for the time that it runs. */
export type JobRun = {
  /** Aborted when the job is cancelled, its lease is lost or the processor stops: everything it does hangs on this. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** May be called as often as wanted; what is sent is bounded elsewhere. */
  readonly report: (progress: Progress) => void;
};

/**
 * How a job ended by itself. Passing faults (network, disk, a killed child) are thrown instead, and tried again; a
 * refusal is final: the same source would be refused again.
 */
export type JobOutcome =
  | {
      readonly kind: "done";
      /** Writes the result, fenced by the lease; called once, after the last heartbeat. */
      readonly record: (signal: AbortSignal) => Promise<void>;
    }
  | Refusal;
