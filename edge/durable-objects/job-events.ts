import { DurableObject } from "cloudflare:workers";
import type { Progress } from "../../shared/application/protocols/job-protocol.ts";

/**
 * The latest progress of one job. It is reported once a second, too often for the database, which stores it with
 * heartbeats.
 */
export class JobEvents extends DurableObject {
  private latestReport: { readonly claimNo: number; readonly progress: Progress } | null = null;

  /** False where a later claim has reported: a processor that lost its lease does not replace its successor's progress. */
  report(claimNo: number, progress: Progress): boolean {
    if (this.latestReport !== null && this.latestReport.claimNo > claimNo) return false;
    this.latestReport = { claimNo, progress };
    return true;
  }

  /**
   * What this claim has reported. Null where it has reported nothing, or nothing since this object was last evicted; the
   * database then has the last heartbeat's.
   */
  latest(claimNo: number): Progress | null {
    return this.latestReport?.claimNo === claimNo ? this.latestReport.progress : null;
  }
}
