import type { FailureCode } from "../../domain/job/failure.ts";
import type { LaunchState, RefusalCause } from "../../domain/job/job-launch.ts";
import type { JobKind, JobState } from "../../domain/job/transcode-job.ts";
import type { ResourceType } from "../../domain/post/video-post.ts";

/** Figures about jobs, launches and storage, as the database has them at one moment. */
export interface OverviewFigures {
  /** Reads no more rows of a table than `limits` say, whatever the table holds. */
  read(input: ReadOverview): Promise<Overview>;
}

export type ReadOverview = {
  readonly now: number;
  /** Jobs that ended and launches that were ordered since then are counted. */
  readonly from: number;
  readonly limits: OverviewLimits;
};

export type OverviewLimits = {
  /** The newest ended jobs that are counted. */
  readonly endedJobs: number;
  /** Jobs that are counted in each state. */
  readonly jobsInState: number;
  /** The newest launches that are counted. */
  readonly launches: number;
  /** Reasons of launches that are listed, the most frequent first. */
  readonly reasons: number;
  /** The newest posts whose bytes are added. */
  readonly posts: number;
  /** Posts that are listed, the largest first. */
  readonly largestPosts: number;
};

export const OVERVIEW_LIMITS: OverviewLimits = {
  endedJobs: 10_000,
  jobsInState: 10_000,
  launches: 5000,
  reasons: 20,
  posts: 10_000,
  largestPosts: 20,
};

export type Overview = {
  readonly jobs: {
    /** Where the limit was reached, the time since which the figures are complete; else `from`. */
    readonly completeFrom: number;
    readonly byHour: readonly JobsOfHour[];
    /** The most frequent first. */
    readonly failures: readonly FailuresOfKind[];
    readonly times: readonly TimesOfStage[];
  };
  readonly queue: {
    /** At most `limits.jobsInState` each. */
    readonly counts: Readonly<Record<CountedState, number>>;
    /** The job that has been due for the longest time. */
    readonly oldest: OldestDueJob | null;
  };
  readonly launches: {
    readonly completeFrom: number;
    readonly byState: readonly LaunchesOfState[];
    readonly reasons: readonly LaunchReason[];
  };
  readonly storage: StoredBytes & {
    /** The number of posts whose bytes were added. */
    readonly posts: number;
    /** False where there are more posts than `limits.posts`. */
    readonly isComplete: boolean;
    readonly largestPosts: readonly StoredPost[];
  };
};

export type JobOutcome = Extract<JobState, "SUCCEEDED" | "FAILED" | "CANCELLED">;
export type CountedState = Exclude<JobState, "SUCCEEDED" | "CANCELLED">;

/** Jobs by the hour of their end, in UTC. A job that was retried counts by its last end. */
export type JobsOfHour = {
  readonly hour: number;
  readonly kind: JobKind;
  readonly state: JobOutcome;
  readonly count: number;
};

export type FailuresOfKind = { readonly kind: JobKind; readonly failCode: FailureCode; readonly count: number };

/**
 * WAITING: from the time at which the job was due to its first claim, of jobs that ended in that attempt. RUNNING: from the
 * first claim to the result, with everything in between, of jobs that succeeded.
 */
export type TimesOfStage = {
  readonly kind: JobKind;
  readonly stage: "WAITING" | "RUNNING";
  readonly jobs: number;
  /** Nearest rank: the time of a job, not a mean of two. */
  readonly medianMs: number;
  readonly p95Ms: number;
};

export type OldestDueJob = {
  readonly jobId: string;
  readonly videoPostId: string;
  readonly kind: JobKind;
  readonly dueSince: number;
};

export type LaunchesOfState = {
  readonly state: LaunchState;
  readonly cause: RefusalCause | null;
  readonly count: number;
};

export type LaunchReason = { readonly reason: string; readonly count: number };

/**
 * Bytes of what plays or may play. Sources are uploads that are stored. The clear renditions of an encrypted part count
 * with the bytes of their ciphertext, which has up to 16 more a segment.
 */
export type StoredBytes = {
  readonly sourceBytes: number;
  readonly clearBytes: number;
  readonly encryptedBytes: number;
};

export type StoredPost = StoredBytes & {
  readonly videoPostId: string;
  readonly title: string;
  readonly resourceType: ResourceType;
};
