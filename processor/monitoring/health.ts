import type { JobObserver } from "../jobs/loop/run-claimed-job.ts";

/** What an orchestrator sees. `status` is "ok" or why it should start another process. */
export type Health = {
  readonly status: "ok" | "stopping" | "stuck";
  readonly runningJobs: number;
  /** Since the loop last asked for work; null before the first time. */
  readonly lastClaimSeconds: number | null;
  /** Absent where jobs come from the Worker. */
  readonly database?: DatabaseState;
};

/** The database that jobs are claimed in. */
export type DatabaseState = {
  readonly host: string;
  readonly name: string;
  /** refused: the address is none of a server that can notify. pooled: it may withhold notifications. */
  readonly listener: "off" | "connecting" | "listening" | "pooled" | "refused";
};

export type HealthWatch = { readonly observer: JobObserver; health(): Health };

/** The longest pause after failed claims is 30 s, and four tries with a silent Worker take another 65. */
const LONGEST_SILENCE_MS = 150_000;

/**
 * The loop lives while it asks for work, whether the Worker answers or not (another process would fare no better), or
 * while all of its slots are busy: it does not ask then.
 */
export function watchHealth(options: {
  readonly concurrency: number;
  readonly pollMs: number;
  readonly stop: AbortSignal;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  /** Null where jobs come from the Worker. */
  readonly database?: (() => DatabaseState) | null;
}): HealthWatch {
  const { concurrency, pollMs, stop, now, database = null } = options;
  const startedAt = now();
  let claimedAt: number | null = null;
  let running = 0;
  const isStuck = () => running < concurrency && now() - (claimedAt ?? startedAt) > LONGEST_SILENCE_MS + 2 * pollMs;
  return {
    observer: {
      claiming: () => {
        claimedAt = now();
      },
      claimed: () => {
        running += 1;
      },
      reported: () => {},
      ended: () => {
        running -= 1;
        // The slot asks next: its silence counts from here.
        claimedAt = now();
      },
    },
    health: () => ({
      status: stop.aborted ? "stopping" : isStuck() ? "stuck" : "ok",
      runningJobs: running,
      lastClaimSeconds: claimedAt === null ? null : Math.round((now() - claimedAt) / 1000),
      ...(database === null ? {} : { database: database() }),
    }),
  };
}
