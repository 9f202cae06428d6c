import type {
  FailReply,
  HeartbeatReply,
  JobOutcome,
  JobRefusalCode,
  JobService,
} from "../../shared/application/job-service/job-service.ts";
import type {
  ContentKeys,
  EncryptReport,
  FailReport,
  HeldJob,
  Progress,
  TranscodeReply,
  TranscodeReport,
} from "../../shared/application/protocols/job-protocol.ts";
import { abortableSleep } from "../abortable-sleep.ts";
import { createHttpJobService } from "./http-job-service.ts";
import { JobServiceError, LeaseLostError } from "./job-client-errors.ts";
import type { Sleep } from "./retried-call.ts";

/**
 * The job service as the processor's work uses it: a lost lease unwinds the work, so the calls about a held job throw
 * LeaseLostError. Every call may throw JobServiceError. `signal` ends the call and its retries.
 */
export type JobClient = Pick<JobService, "claim" | "claimOne" | "scan" | "usesOfPrefixes" | "deletePrefixes"> & {
  /** One try: the next heartbeat is the retry. */
  heartbeat(job: HeldJob, progress: Progress, signal: AbortSignal): Promise<HeartbeatReply>;
  /** One try: the next progress replaces this one. */
  progress(job: HeldJob, progress: Progress, signal: AbortSignal): Promise<void>;
  keys(job: HeldJob, signal: AbortSignal): Promise<ContentKeys>;
  recordTranscode(job: HeldJob, report: TranscodeReport, signal: AbortSignal): Promise<TranscodeReply>;
  recordEncrypt(job: HeldJob, report: EncryptReport, signal: AbortSignal): Promise<void>;
  fail(job: HeldJob, report: FailReport, signal: AbortSignal): Promise<FailReply>;
  release(job: HeldJob, signal: AbortSignal): Promise<void>;
  acknowledgeCancel(job: HeldJob, signal: AbortSignal): Promise<void>;
};

export type JobClientOptions = {
  readonly serviceUrl: string;
  readonly processorToken: string;
  /** Replaced by tests that do not want to wait. */
  readonly sleep?: Sleep;
};

export function createJobClient({ sleep = abortableSleep, ...options }: JobClientOptions): JobClient {
  return jobClientOver(createHttpJobService({ ...options, sleep }));
}

export function jobClientOver(service: JobService): JobClient {
  return {
    ...service,
    heartbeat: async (...call) => granted("heartbeat", await service.heartbeat(...call)),
    progress: async (...call) => void granted("progress", await service.progress(...call)),
    keys: async (...call) => granted("keys", await service.keys(...call)),
    recordTranscode: async (...call) => granted("transcode-result", await service.recordTranscode(...call)),
    recordEncrypt: async (...call) => void granted("encrypt-result", await service.recordEncrypt(...call)),
    fail: async (...call) => granted("fail", await service.fail(...call)),
    release: async (...call) => void granted("release", await service.release(...call)),
    acknowledgeCancel: async (...call) => void granted("cancelled", await service.acknowledgeCancel(...call)),
  };
}

/** After any of these, nothing of this claim counts any more. */
const LOST: readonly JobRefusalCode[] = ["lease-lost", "credentials-invalid", "not-allowed", "not-found", "deleted"];

function granted<T>(call: string, outcome: JobOutcome<T>): T {
  if (outcome.kind === "done") return outcome.value;
  const { code, detail } = outcome;
  const cause = detail ?? code;
  if (LOST.includes(code)) throw new LeaseLostError(`the job service refused ${call}: ${code}`, { cause });
  throw new JobServiceError(`The video service refused ${call}: ${code}.`, { cause, refusedWith: code });
}
