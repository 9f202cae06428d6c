import type { JobLaunch, LaunchRate, LaunchState, RefusalCause, SourceFacts } from "../../domain/job/job-launch.ts";

/** The launches of containers for jobs. A launch is open until the platform has refused it or its container is gone. */
export interface LaunchStore {
  /** False where no job waits and no launch is open. */
  hasWork(now: number): Promise<boolean>;
  /**
   * Orders containers for due jobs: QUEUED, or RETRY_WAIT with its time over, after their `launch_after`, without a
   * launch that may still claim them and without one whose backoff lasts. The oldest first, and no more than `limit`, the
   * room below `maxInFlight` and the rate allow. Each job goes to one caller. Open launches are settled first.
   */
  take(input: TakeLaunches): Promise<readonly TakenLaunch[]>;
  /** The platform's answer. "stop": the container is not wanted any more, since its job was cancelled or has ended. */
  started(input: {
    readonly launchId: string;
    readonly platformId: string;
    readonly now: number;
  }): Promise<"started" | "stop">;
  /** Nothing was started, and the job is not launched again before `nextAt`. */
  refused(input: RefusedLaunch): Promise<void>;
  /** It is not known whether something was started: the launch is given up at `claimBy`. */
  unanswered(input: {
    readonly launchId: string;
    readonly reason: string;
    readonly claimBy: number;
    readonly now: number;
  }): Promise<void>;
  /** Nothing is launched on the platform before `until`. */
  pause(platform: string, until: number): Promise<void>;
  /**
   * Settles open launches and takes those that the platform is asked about: STOPPING ones, and STARTED ones without a
   * claim since `startedBefore`; each that was not taken since `askedBefore`.
   */
  watch(input: WatchLaunches): Promise<readonly WatchedLaunch[]>;
  /** The container is gone. A job that it did not claim is not launched again before `nextAt`. */
  ended(input: EndedLaunch): Promise<void>;
  /** Why the platform has not started it yet. False where that is known. */
  delayed(input: { readonly launchId: string; readonly reason: string; readonly now: number }): Promise<boolean>;
  /** The newest launch of each job, or the one whose container works on it. */
  newestOf(jobIds: readonly string[]): Promise<ReadonlyMap<string, JobLaunch>>;
  /** The newest first; `before` is the `next` of the page before. */
  page(query: LaunchPageQuery): Promise<LaunchPage>;
}

export type LaunchFilter = {
  /** Launches that were ordered for the job, and the one whose container works on it. */
  readonly jobId?: string | undefined;
  readonly state?: LaunchState | undefined;
};

export type LaunchPageQuery = {
  readonly filter: LaunchFilter;
  readonly before: string | null;
  readonly limit: number;
};

/** `next` is null on the last page. A page may have fewer launches than its limit, or none, although others follow. */
export type LaunchPage = { readonly items: readonly ListedLaunch[]; readonly next: string | null };

/** `runsJobId`: what its container works on, the job itself and later the encrypt job of the same part. */
export type ListedLaunch = JobLaunch & { readonly runsJobId: string };

export type TakeLaunches = {
  /** Of the launches, one each, in the order of the jobs. Unique for ever. */
  readonly launchIds: readonly string[];
  readonly now: number;
  readonly platform: string;
  /** A refusal for capacity moves the job to the next one. */
  readonly regions: readonly string[];
  readonly maxInFlight: number;
  /**
   * A launch whose job is not claimed within this time is given up. It doubles with each launch in a row that the platform
   * has accepted and that was given up, up to MOST_TIMEOUT_DOUBLINGS times.
   */
  readonly timeoutMs: number;
  readonly rate: LaunchRate | null;
};

export type TakenLaunch = {
  readonly launchId: string;
  readonly jobId: string;
  readonly videoPostId: string;
  readonly fileId: string;
  readonly fileIndex: number | null;
  readonly region: string | null;
  /** Launches of the job in a row that no claim followed, with this one. */
  readonly tries: number;
  /** Refusals for capacity that the job has met. */
  readonly capacityRefusals: number;
  /** Of the launch before. */
  readonly lastReason: string | null;
  readonly facts: SourceFacts;
  /** Of a source that is fetched by URL. */
  readonly sourceUrl: { readonly wrappedText: string; readonly kekId: string } | null;
};

export type RefusedLaunch = {
  readonly launchId: string;
  readonly cause: RefusalCause;
  readonly reason: string;
  readonly nextAt: number;
  readonly now: number;
};

export type WatchLaunches = {
  readonly now: number;
  readonly startedBefore: number;
  readonly askedBefore: number;
  readonly limit: number;
};

export type WatchedLaunch = {
  readonly launchId: string;
  readonly platformId: string;
  readonly state: "STARTED" | "STOPPING";
  /** The job that its container works on. */
  readonly jobId: string;
  readonly videoPostId: string;
  readonly fileIndex: number | null;
  /** The job runs, by this container or by another one. */
  readonly isClaimed: boolean;
  readonly tries: number;
};

export type EndedLaunch = {
  readonly launchId: string;
  readonly reason: string | null;
  readonly exitCode: number | null;
  readonly nextAt: number | null;
  readonly now: number;
};
