import { DurableObject } from "cloudflare:workers";
import type { Progress } from "../../shared/application/protocols/job-protocol.ts";

/** The latest progress of one job, reported once a second: too often for the database, which gets it with heartbeats. */
export class JobEvents extends DurableObject {
  private latestProgress: Progress | null = null;

  report(progress: Progress): void {
    this.latestProgress = progress;
  }

  /** Null when nothing was reported since this object was last evicted; the database then has the last heartbeat's. */
  latest(): Progress | null {
    return this.latestProgress;
  }
}
