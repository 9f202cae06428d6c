import type * as z from "zod";
import type { PrefixStatus } from "../ports/prefix-queries.ts";
import type {
  ClaimOneReply,
  ClaimOneRequest,
  ClaimRequest,
  ContentKeys,
  EncryptReport,
  FailReport,
  failReplySchema,
  HeldJob,
  Progress,
  ScanReport,
  TranscodeReply,
  TranscodeReport,
  WorkOrder,
} from "../protocols/job-protocol.ts";

/**
 * The server half of the job protocol. `createJobService` implements it in process, the processor's HTTP client over
 * `/internal/jobs`; test/contract/job-service.ts holds both to the same suite.
 *
 * A refusal is a value. A database or a Worker that cannot be reached is thrown, as is an aborted signal.
 */
export interface JobService {
  /** The oldest due job; the same job for a repeated lease token. Null when nothing is due. */
  claim(request: ClaimRequest, signal?: AbortSignal): Promise<WorkOrder | UnreadableOrder | null>;
  /** This job and no other; the same answer for a repeated lease token. */
  claimOne(jobId: string, request: ClaimOneRequest, signal?: AbortSignal): Promise<ClaimOneAnswer>;
  scan(signal?: AbortSignal): Promise<ScanReport>;
  /** The status of stored prefixes, in the order of the request; at most PREFIXES_PER_REQUEST. */
  usesOfPrefixes(prefixes: readonly string[], signal?: AbortSignal): Promise<readonly PrefixStatus[]>;
  /** Deletes those prefixes that are garbage at this moment, and returns them. */
  deletePrefixes(prefixes: readonly string[], signal?: AbortSignal): Promise<readonly string[]>;
  heartbeat(held: HeldJob, progress: Progress, signal?: AbortSignal): Promise<JobOutcome<HeartbeatReply>>;
  /** Live progress for watchers. Not stored. */
  progress(held: HeldJob, progress: Progress, signal?: AbortSignal): Promise<JobOutcome>;
  /** The content keys of an encrypt job: STAGED by its first call, the same for every claim of the job. */
  keys(held: HeldJob, signal?: AbortSignal): Promise<JobOutcome<ContentKeys>>;
  recordTranscode(held: HeldJob, report: TranscodeReport, signal?: AbortSignal): Promise<JobOutcome<TranscodeReply>>;
  recordEncrypt(held: HeldJob, report: EncryptReport, signal?: AbortSignal): Promise<JobOutcome>;
  fail(held: HeldJob, report: FailReport, signal?: AbortSignal): Promise<JobOutcome<FailReply>>;
  /** A clean stop: the job is requeued and its attempt returned. */
  release(held: HeldJob, signal?: AbortSignal): Promise<JobOutcome>;
  /** The holder of a cancelled job has stopped. */
  acknowledgeCancel(held: HeldJob, signal?: AbortSignal): Promise<JobOutcome>;
}

/** A claimed job whose work order this release cannot read. The problem names fields, never their values. */
export type UnreadableOrder = HeldJob & { readonly kind: "UNREADABLE"; readonly problem: string };

export type ClaimOneAnswer = ClaimOneReply | { readonly outcome: "unreadable"; readonly order: UnreadableOrder };

export type HeartbeatReply = { readonly cancel: boolean };

export type FailReply = z.output<typeof failReplySchema>;

/** Why a call about a held job changed nothing. The codes are those of the problem details on the wire. */
export const JOB_REFUSALS = [
  "credentials-invalid",
  "not-allowed",
  "lease-lost",
  "not-found",
  "deleted",
  "conflict",
  "wrong-state",
  "invalid",
] as const;
export type JobRefusalCode = (typeof JOB_REFUSALS)[number];

export type JobRefusal = { readonly kind: "refused"; readonly code: JobRefusalCode; readonly detail: string | null };

export type JobOutcome<T = null> = { readonly kind: "done"; readonly value: T } | JobRefusal;

export function done(): { kind: "done"; value: null };
export function done<T>(value: T): { kind: "done"; value: T };
export function done(value: unknown = null) {
  return { kind: "done", value };
}

export function refusedCall(code: JobRefusalCode, detail: string | null = null): JobRefusal {
  return { kind: "refused", code, detail };
}
