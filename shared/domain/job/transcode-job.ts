import type { Quality } from "../quality/quality.ts";
import type { FailureCode } from "./failure.ts";

export const JOB_KINDS = ["TRANSCODE", "ENCRYPT"] as const;
export type JobKind = (typeof JOB_KINDS)[number];

export const JOB_STATES = ["QUEUED", "RUNNING", "RETRY_WAIT", "SUCCEEDED", "FAILED", "CANCELLED"] as const;
export type JobState = (typeof JOB_STATES)[number];

export const JOB_STAGES = ["DOWNLOADING", "PROBING", "ENCODING", "UPLOADING", "ENCRYPTING", "VERIFYING"] as const;
export type JobStage = (typeof JOB_STAGES)[number];

/** Progress of a running job as people see it. Percent counts within the stage. */
export type JobProgress = {
  readonly stage: JobStage;
  readonly percent: number;
  readonly fps?: number | undefined;
  /** Seconds of media per second of wall time. */
  readonly speed?: number | undefined;
  readonly etaSeconds?: number | undefined;
  /** Segments per quality that the stage has finished: encoded, uploaded or encrypted. Verification keeps the last counts. */
  readonly segments?: Partial<Record<Quality, number>> | undefined;
  /**
   * Segments that each quality will have: while it is encoded an estimate by the length of the source, then exact. Absent
   * while that is not known, and in reports of earlier releases.
   */
  readonly plannedSegments?: Partial<Record<Quality, number>> | undefined;
  /** Percent of each quality within the stage. */
  readonly qualityPercent?: Partial<Record<Quality, number>> | undefined;
};

export type TranscodeJob = {
  readonly jobId: string;
  readonly videoPostId: string;
  readonly fileId: string;
  readonly kind: JobKind;
  readonly state: JobState;
  readonly stage: JobStage | null;
  /** Grows with every claim and never shrinks: each claim writes under its own prefix. */
  readonly claimNo: number;
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly leaseOwner: string | null;
  readonly leaseExpiresAt: number | null;
  readonly runAfter: number;
  /** The container of the job before claims this one until then; null where none is expected to. */
  readonly launchAfter: number | null;
  readonly progress: JobProgress | null;
  /** Set whenever there is a reason. */
  readonly failCode: FailureCode | null;
  readonly failReason: string | null;
  /** Reason of the last failed verification. A claim does not clear it. */
  readonly failedVerification: string | null;
  readonly cancelRequested: boolean;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
};

/** A job that a change of the aggregate requests; it is created in the same save. */
export type NewJob = {
  readonly jobId: string;
  readonly fileId: string;
  readonly kind: JobKind;
  /** The container whose result requires the job claims it too, until then. */
  readonly launchAfter?: number;
};

export type JobRules = {
  readonly leaseMs: number;
  readonly maxAttempts: number;
  readonly firstBackoffMs: number;
  readonly longestBackoffMs: number;
  /** How long a container may take to claim the job that follows from its result; null where none is launched. */
  readonly followUpMs: number | null;
};

export const STANDARD_JOB_RULES: JobRules = {
  leaseMs: 60_000,
  maxAttempts: 5,
  firstBackoffMs: 30_000,
  longestBackoffMs: 30 * 60_000,
  followUpMs: null,
};

/**
 * Milliseconds to wait after attempt number `attempt` (from 1): doubling, capped, and spread over the upper half by
 * `random` in [0, 1), so that jobs that failed together do not return together.
 */
export function backoffMs(
  attempt: number,
  rules: Pick<JobRules, "firstBackoffMs" | "longestBackoffMs">,
  random: number,
): number {
  const full = Math.min(rules.longestBackoffMs, rules.firstBackoffMs * 2 ** Math.max(0, attempt - 1));
  return Math.round(full / 2 + (full / 2) * random);
}

/** Progress reaches the database at most this often, whatever the interval of heartbeats. */
const LEAST_MS_BETWEEN_WRITES = 3_000;

/**
 * A lease that expires after `after` and until `until` was extended a moment ago: a heartbeat writes nothing, unless it
 * is the first. It costs a lease a tenth of its length at most. One that expires later is of earlier rules.
 */
export function justExtended(lease: { readonly now: number; readonly leaseMs: number }) {
  const { now, leaseMs } = lease;
  return { after: now + leaseMs - Math.min(LEAST_MS_BETWEEN_WRITES, Math.floor(leaseMs / 10)), until: now + leaseMs };
}
