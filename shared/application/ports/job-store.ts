import type { Failure } from "../../domain/job/failure.ts";
import type { JobKind, JobProgress, JobRules, JobStage, TranscodeJob } from "../../domain/job/transcode-job.ts";

export interface JobStore {
  /** The oldest due job, or the one that this lease token already holds (a claim whose response was lost). */
  claim(input: ClaimJob): Promise<ClaimedJob | null>;
  /**
   * This job, if it is due or this lease token already holds it. It does not wait for a scan: an elapsed waiting time
   * and an expired lease with attempts left count as due.
   */
  claimOne(input: ClaimOneJob): Promise<ClaimedJob | null>;
  heartbeat(input: JobHeartbeat): Promise<HeartbeatOutcome>;
  /** Puts the job into RETRY_WAIT. False when the lease is lost. */
  retryLater(input: RetryJobLater): Promise<boolean>;
  /** Requeues the job and returns the attempt, but not the claim number. False when the lease is lost. */
  release(input: JobLease & { readonly now: number }): Promise<boolean>;
  /** Records that the holder of a cancelled job has stopped. False when it does not hold a cancelled job. */
  acknowledgeCancel(input: JobLease & { readonly now: number }): Promise<boolean>;
  /** FAILED, for a job whose post or part is gone and which therefore cannot end by a save. False when its part exists. */
  failOrphan(input: FailOrphanedJob): Promise<boolean>;
  find(jobId: string): Promise<ListedJob | null>;
  /** The job that this lease holds, or held when it succeeded or was cancelled; null once another lease holds it. */
  findByLease(jobId: string, leaseToken: string): Promise<TranscodeJob | null>;
  /** The key versions that this job has staged, in whatever status their keys are. */
  stagedKeyVersions(job: Pick<TranscodeJob, "jobId" | "fileId">): Promise<readonly number[]>;
  /** The newest first; `before` is the `next` of the page before. */
  page(query: JobPageQuery): Promise<JobPage>;
  /** The newest first, for filters that few jobs match. */
  list(filter: JobFilter): Promise<readonly ListedJob[]>;
  /** Requeues expired leases with attempts left and waits that are over. Returns the number of jobs. */
  requeueDue(now: number): Promise<number>;
  /** Expired leases without attempts left. */
  listExhausted(now: number, limit: number): Promise<readonly TranscodeJob[]>;
  /** Creates jobs for those of the parts that need one and have no live job at this moment. Returns how many. */
  createMissing(parts: readonly MissingJob[], now: number, rules: JobRules): Promise<number>;
}

/** Proof of holding a job. */
export type JobLease = { readonly jobId: string; readonly leaseToken: string };

type NewLease = {
  readonly leaseToken: string;
  readonly owner: string;
  readonly now: number;
  readonly leaseMs: number;
};

export type ClaimJob = NewLease & { readonly kinds: readonly JobKind[] };

export type ClaimOneJob = NewLease & { readonly jobId: string };

export type ClaimedJob = { readonly job: TranscodeJob; readonly leaseToken: string };

export type JobHeartbeat = JobLease & {
  readonly now: number;
  readonly leaseMs: number;
  readonly stage: JobStage;
  readonly progress: JobProgress;
};

export type HeartbeatOutcome = "held" | "cancel" | "lease-lost";

export type RetryJobLater = JobLease &
  Failure & {
    readonly now: number;
    readonly runAfter: number;
    /** Compared with the next failed verification. */
    readonly failedVerification: string | null;
  };

export type FailOrphanedJob = Failure & { readonly jobId: string; readonly now: number };

export type JobFilter = {
  readonly videoPostId?: string | undefined;
  readonly state?: TranscodeJob["state"] | undefined;
  readonly kind?: JobKind | undefined;
  readonly limit: number;
};

export type JobPageQuery = {
  readonly filter: Omit<JobFilter, "limit">;
  readonly before: string | null;
  readonly limit: number;
};

/** `next` is null on the last page. A page may have fewer jobs than its limit, or none, although others follow. */
export type JobPage = { readonly items: readonly ListedJob[]; readonly next: string | null };

/** A job with the index that names its part outside; null where the part is not in the database. */
export type ListedJob = TranscodeJob & { readonly fileIndex: number | null };

export type MissingJob = {
  readonly jobId: string;
  readonly videoPostId: string;
  readonly fileId: string;
  readonly kind: JobKind;
};
