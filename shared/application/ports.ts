import type { ApiKey } from "../domain/api-key.ts";
import type { ContentKeyStatus } from "../domain/content-key.ts";
import type { SessionLimit } from "../domain/play-session.ts";
import type { Quality } from "../domain/quality.ts";
import type { QualityAuth } from "../domain/quality-auth.ts";
import type { JobKind, JobProgress, JobRules, JobStage, TranscodeJob } from "../domain/transcode-job.ts";
import type { UpdateType } from "../domain/video-file.ts";
import type { Change, VideoPost, VideoPostStatus } from "../domain/video-post.ts";

/** Proof that a save is still wanted: it is refused whole unless the job is held as stated. */
export type SaveFence =
  | { readonly kind: "lease"; readonly jobId: string; readonly leaseToken: string }
  | { readonly kind: "expired-lease"; readonly jobId: string; readonly now: number }
  /** The job has not ended. */
  | { readonly kind: "live-job"; readonly jobId: string }
  /** The job has ended so and is the newest of its part and kind. */
  | { readonly kind: "ended-job"; readonly jobId: string; readonly state: "FAILED" | "CANCELLED" };

/** What happens to the fencing job in the same batch. */
export type JobEnd =
  | { readonly kind: "keep" }
  | { readonly kind: "succeed" }
  | { readonly kind: "fail"; readonly reason: string }
  /** CANCELLED. Its holder, if there is one, learns of it at its next heartbeat or result, by the lease that it keeps. */
  | { readonly kind: "cancel" }
  /** QUEUED again with all its attempts; the claim number goes on. */
  | { readonly kind: "requeue" };

export type SaveOptions = { readonly fence: SaveFence; readonly jobEnd: JobEnd };

/** "upload-used": another part was made of one of the uploads. */
export type SaveOutcome = "saved" | "conflict" | "lease-lost" | "upload-used";

/** `from` is the post as it was loaded; null for a new one. */
export type Save = Change & { readonly from: VideoPost | null };

export interface VideoPostRepository {
  load(videoPostId: string): Promise<VideoPost | null>;
  /**
   * One atomic save of `save.post` as version + 1 of `save.from`, with its events and jobs. Only the rows in which the
   * two differ are written.
   */
  save(save: Save, now: number, options?: SaveOptions): Promise<SaveOutcome>;
}

/** A job as its holder sees it: everything that the work needs, so that no other query is made during it. */
export type ClaimedJob = {
  readonly job: TranscodeJob;
  readonly leaseToken: string;
};

/** A job with the index that names its part outside; null where the part is not in the database. */
export type ListedJob = TranscodeJob & { readonly fileIndex: number | null };

export type HeartbeatOutcome = "held" | "cancel" | "lease-lost";

export interface JobStore {
  /** The oldest due job, or the one that this lease token holds already (a claim whose reply was lost). */
  claim(input: {
    leaseToken: string;
    owner: string;
    kinds: readonly JobKind[];
    now: number;
    leaseMs: number;
  }): Promise<ClaimedJob | null>;
  /**
   * This very job, if it is due or this lease token holds it already. It need not wait for a scan: a waiting time that
   * is over and an expired lease with attempts left are as good as the queue.
   */
  claimOne(input: {
    jobId: string;
    leaseToken: string;
    owner: string;
    now: number;
    leaseMs: number;
  }): Promise<ClaimedJob | null>;
  heartbeat(input: {
    jobId: string;
    leaseToken: string;
    now: number;
    leaseMs: number;
    stage: JobStage;
    progress: JobProgress;
  }): Promise<HeartbeatOutcome>;
  /** Gives the job back to the queue or to its waiting time. False when the lease was lost. */
  retryLater(input: {
    jobId: string;
    leaseToken: string;
    now: number;
    runAfter: number;
    reason: string;
    /** What the next failed verification is compared with. */
    failedVerification: string | null;
  }): Promise<boolean>;
  /** Gives the job back as if it had not been claimed, but for its claim number. */
  release(input: { jobId: string; leaseToken: string; now: number }): Promise<boolean>;
  /** The holder of a job that was cancelled has stopped: it is the holder no longer. False when it was not. */
  acknowledgeCancel(input: { jobId: string; leaseToken: string; now: number }): Promise<boolean>;
  /** A job whose post or part is gone cannot end by a save: it is FAILED by this. False when its part is there. */
  failOrphan(input: { jobId: string; reason: string; now: number }): Promise<boolean>;
  find(jobId: string): Promise<ListedJob | null>;
  /** The job that this lease holds, or held when it succeeded or was cancelled; null once somebody else has it. */
  findByLease(jobId: string, leaseToken: string): Promise<TranscodeJob | null>;
  /** The key versions that this job has staged, whatever became of them. */
  stagedKeyVersions(job: Pick<TranscodeJob, "jobId" | "fileId">): Promise<readonly number[]>;
  /** The newest first. */
  list(filter: {
    videoPostId?: string | undefined;
    state?: TranscodeJob["state"] | undefined;
    kind?: JobKind | undefined;
    limit: number;
  }): Promise<readonly ListedJob[]>;
  /** Expired leases with attempts left, and waits that are over, go back to the queue. Number of jobs. */
  requeueDue(now: number): Promise<number>;
  /** Expired leases without attempts left. */
  listExhausted(now: number, limit: number): Promise<readonly TranscodeJob[]>;
  /** Jobs for those of the parts that wait for one and have no live job at this moment. Number of jobs created. */
  createMissing(parts: readonly MissingJob[], now: number, rules: JobRules): Promise<number>;
}

export type MissingJob = {
  readonly jobId: string;
  readonly videoPostId: string;
  readonly fileId: string;
  readonly kind: JobKind;
};

/** Reads that feed the scan: parts whose state asks for a job that is not there. */
export interface PendingWorkQueries {
  listTranscodingVideoPosts(batchSize: number): Promise<readonly PendingPart[]>;
  listEncryptPendingVideoPosts(batchSize: number): Promise<readonly PendingPart[]>;
  /** Ids of posts whose stored status or duration is not what their parts say; of those alone that may still change. */
  listDriftedVideoPosts(batchSize: number): Promise<readonly string[]>;
}

/**
 * What becomes of a stored prefix. named: a part that was not deleted, or an upload session, points to it. live: a job
 * of its part has not ended. retiring: its keys are still given out. unknown: no job of this database has made it.
 * garbage: none of these.
 */
export type PrefixUse = "named" | "live" | "retiring" | "unknown" | "garbage";

/** A version that was replaced: "retiring" until the end of its keys, in ms. */
export type ReplacedUse =
  | { readonly kind: "named" | "unknown" | "garbage" }
  | { readonly kind: "retiring"; readonly until: number };

export interface PrefixQueries {
  /** In the order of what was asked; what is not a prefix of this layout is unknown. */
  usesOf(prefixes: readonly string[], now: number): Promise<readonly PrefixUse[]>;
  /** Of the prefix of a version that played once: nothing writes below it, so no live job protects it. */
  replacedUse(prefix: string, now: number): Promise<ReplacedUse>;
}

export type PendingPart = {
  readonly videoPostId: string;
  readonly fileId: string;
  readonly fileIndex: number;
  readonly updateType: UpdateType;
};

/** What token issue must know of a part; one read. */
export type PlayablePart = {
  readonly postStatus: VideoPostStatus;
  readonly fileId: string;
  readonly durationSeconds: number | null;
  readonly playing: { readonly prefix: string; readonly keyVersion: number } | null;
  /** Of an imported part that does not play, unless its migration is under way. One that was cancelled has failed. */
  readonly migration: "waiting" | "failed" | null;
  readonly qualityAuth: readonly QualityAuth[];
};

export type TokenRow = {
  readonly tokenId: string;
  readonly fileId: string;
  readonly keyVersion: number;
  readonly allowedQualities: readonly Quality[];
  readonly viewer: string | null;
  readonly maxUses: number | null;
  readonly sessionLimit: SessionLimit | null;
  readonly startBefore: number;
  readonly deleteAfter: number;
};

export interface TokenStore {
  findPlayablePart(videoPostId: string, fileIndex: number): Promise<PlayablePart | null>;
  /** Written only while the part still plays that key version; false when it no longer does. */
  issue(row: TokenRow, now: number): Promise<boolean>;
  /** The gate's one round trip. */
  consume(input: GateInput): Promise<GateReading>;
  /** Revokes at most `limit` of the rows that are ACTIVE. How many it were: less than `limit` means that none is left. */
  revoke(selection: TokenSelection, limit: number): Promise<number>;
  deleteExpired(now: number, limit: number): Promise<{ readonly tokens: number; readonly complete: boolean }>;
}

/** Play sessions that were counted: their end is moved by a refresh, or comes before its time. */
export interface SessionStore {
  /** One round trip. Moves the ends of the session and of its token only if nothing speaks against it. */
  refresh(input: SessionRefresh): Promise<SessionReading>;
  /** One round trip. False when there is no such session, or it has ended before. */
  end(session: { readonly tokenId: string; readonly sessionId: string; readonly now: number }): Promise<boolean>;
}

export type SessionRefresh = {
  readonly tokenId: string;
  /** Null for a token without a row: only its key version is looked at. */
  readonly sessionId: string | null;
  readonly videoPostId: string;
  readonly fileIndex: number;
  readonly keyVersion: number;
  readonly expiresAt: number;
  readonly now: number;
};

/** What a refresh found, always one row: nulls where there was nothing. */
export type SessionReading = {
  readonly tokenStatus: "ACTIVE" | "REVOKED" | null;
  readonly sessionEndedAt: number | null;
  /** Whether keys of that version are still given out. */
  readonly keysUsable: boolean;
};

export type TokenSelection =
  | { readonly kind: "token"; readonly tokenId: string }
  /** As they were named at the issue. */
  | { readonly kind: "viewer"; readonly viewer: string }
  | { readonly kind: "file"; readonly fileId: string };

export type GateInput = {
  readonly tokenId: string;
  /** Null for a token without a row: nothing is counted. */
  readonly sessionId: string | null;
  readonly keyId: string;
  readonly quality: Quality;
  readonly videoPostId: string;
  readonly fileIndex: number;
  readonly keyVersion: number;
  /** Whether the token's row limits the sessions of its viewer. */
  readonly limited: boolean;
  /** When the session ends by itself. */
  readonly expiresAt: number;
  readonly now: number;
};

/** What the gate found, always one row: nulls where there was nothing. */
export type GateReading = {
  readonly tokenStatus: "ACTIVE" | "REVOKED" | null;
  /** Whom the token's row names. */
  readonly viewer: string | null;
  readonly tokenStartBefore: number | null;
  readonly counted: boolean;
  readonly sessionEndedAt: number | null;
  /** Whether the token may start another session; read only where sessions are limited, and false elsewhere. */
  readonly usesLeft: boolean;
  readonly key: {
    readonly belongs: boolean;
    readonly quality: Quality;
    readonly keyVersion: number;
    readonly fileId: string;
    readonly status: ContentKeyStatus;
    readonly usableUntil: number | null;
    readonly wrappedKey: string;
    readonly kekId: string;
  } | null;
};

/** API keys. What is found for a look-up has the hash of the secret half; what is listed never has. */
export interface ApiKeyStore {
  create(key: StoredApiKey): Promise<void>;
  find(keyId: string): Promise<StoredApiKey | null>;
  /** The newest first, those that have ended included. */
  list(limit: number): Promise<readonly ApiKey[]>;
  /** Keeps the time of the first revocation. */
  revoke(keyId: string, now: number): Promise<"revoked" | "was-revoked" | "unknown">;
  /** Writes only when the last use on record is at least `exactnessMs` old. */
  recordUse(keyId: string, now: number, exactnessMs: number): Promise<void>;
}

/** `secretHash` is base64url of SHA-256. */
export type StoredApiKey = ApiKey & { readonly secretHash: string };
