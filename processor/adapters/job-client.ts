import { z } from "zod";
import {
  type ClaimOneReply,
  type ClaimOneRequest,
  type ClaimRequest,
  type ContentKeys,
  claimOneReplySchema,
  claimOneRequestSchema,
  claimRequestSchema,
  contentKeysSchema,
  deletedPrefixesSchema,
  type EncryptReport,
  encryptReportSchema,
  type FailReport,
  failReplySchema,
  failReportSchema,
  type HeldJob,
  heartbeatReplySchema,
  heldJobSchema,
  type Progress,
  prefixListSchema,
  prefixUsesSchema,
  progressSchema,
  type ScanReport,
  scanReportSchema,
  type TranscodeReport,
  transcodeReportSchema,
  type WorkOrder,
  workOrderSchema,
} from "../../shared/application/job-protocol.ts";
import type { PrefixUse } from "../../shared/application/ports/prefix-queries.ts";
import { JobServiceError } from "./job-client-errors.ts";
import { type JobRequest, ONE_TRY, PATIENT, requestJson, SHORT } from "./job-request.ts";

/** A claimed job whose work order this processor does not understand, as from a Worker of another release. */
export type UnreadableOrder = HeldJob & { readonly kind: "UNREADABLE"; readonly problem: string };

export type ClaimOneAnswer = ClaimOneReply | { readonly outcome: "unreadable"; readonly order: UnreadableOrder };

/**
 * The processor's side of the job protocol. Every call may throw JobServiceError; the calls about a held job throw
 * LeaseLostError when it is not held any more. `signal` ends the call, the waiting between tries included.
 */
export type JobClient = {
  /** The same lease token asked again gives the same job. Null: nothing is due. */
  claim(request: ClaimRequest, signal: AbortSignal): Promise<WorkOrder | UnreadableOrder | null>;
  /** This job and no other; asked again with the same lease token it gives the same answer. */
  claimOne(jobId: string, request: ClaimOneRequest, signal: AbortSignal): Promise<ClaimOneAnswer>;
  scan(signal: AbortSignal): Promise<ScanReport>;
  /** What stored prefixes are to the Worker, in the order of what was asked; PREFIXES_PER_REQUEST at the most. */
  usesOfPrefixes(prefixes: readonly string[], signal: AbortSignal): Promise<readonly PrefixUse[]>;
  /** Has those deleted that are garbage at this moment, and says which they are. */
  deletePrefixes(prefixes: readonly string[], signal: AbortSignal): Promise<readonly string[]>;
  /** One try: the next beat is the retry. */
  heartbeat(job: HeldJob, progress: Progress, signal: AbortSignal): Promise<{ cancel: boolean }>;
  /** One try: the next progress is better than this one again. */
  progress(job: HeldJob, progress: Progress, signal: AbortSignal): Promise<void>;
  keys(job: HeldJob, signal: AbortSignal): Promise<ContentKeys>;
  recordTranscode(job: HeldJob, report: TranscodeReport, signal: AbortSignal): Promise<void>;
  recordEncrypt(job: HeldJob, report: EncryptReport, signal: AbortSignal): Promise<void>;
  fail(job: HeldJob, report: FailReport, signal: AbortSignal): Promise<z.output<typeof failReplySchema>>;
  release(job: HeldJob, signal: AbortSignal): Promise<void>;
  acknowledgeCancel(job: HeldJob, signal: AbortSignal): Promise<void>;
};

export type JobClientOptions = {
  readonly serviceUrl: string;
  readonly processorToken: string;
  /** Replaced by tests that do not want to wait. Milliseconds. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
};

export function createJobClient({ serviceUrl, processorToken, sleep }: JobClientOptions): JobClient {
  const base = `${serviceUrl}/internal/jobs`;
  const garbage = `${serviceUrl}/internal/garbage`;
  const send = (request: Omit<JobRequest, "sleep">) => requestJson({ ...request, ...(sleep ? { sleep } : {}) });
  const own = { token: processorToken, held: false } as const;
  const about = (job: HeldJob, route: string) =>
    ({ url: `${base}/${encodeURIComponent(job.jobId)}/${route}`, token: job.credential, held: true }) as const;
  return {
    claim: async (request, signal) => {
      const body = claimRequestSchema.parse(request);
      const reply = await send({ ...own, url: `${base}/claim`, body, retry: SHORT, signal });
      return reply === null ? null : readOrder(reply);
    },
    claimOne: async (jobId, request, signal) => {
      const body = claimOneRequestSchema.parse(request);
      const url = `${base}/${encodeURIComponent(jobId)}/claim`;
      const reply = await send({ ...own, url, body, retry: PATIENT, signal });
      const claimed = claimedSchema.safeParse(reply);
      const order = claimed.success ? readOrder(claimed.data.order) : null;
      return order?.kind === "UNREADABLE" ? { outcome: "unreadable", order } : claimOneReplySchema.parse(reply);
    },
    usesOfPrefixes: async (prefixes, signal) => {
      const body = prefixListSchema.parse({ prefixes });
      return prefixUsesSchema.parse(await send({ ...own, url: `${garbage}/check`, body, retry: PATIENT, signal })).uses;
    },
    deletePrefixes: async (prefixes, signal) => {
      const body = prefixListSchema.parse({ prefixes });
      const reply = await send({ ...own, url: `${garbage}/delete`, body, retry: PATIENT, signal });
      return deletedPrefixesSchema.parse(reply).deleted;
    },
    scan: async (signal) =>
      scanReportSchema.parse(await send({ ...own, url: `${base}/scan`, body: {}, retry: SHORT, signal })),
    heartbeat: async (job, progress, signal) => {
      const body = progressSchema.parse(progress);
      return heartbeatReplySchema.parse(await send({ ...about(job, "heartbeat"), body, retry: ONE_TRY, signal }));
    },
    progress: async (job, progress, signal) => {
      await send({ ...about(job, "progress"), body: progressSchema.parse(progress), retry: ONE_TRY, signal });
    },
    keys: async (job, signal) =>
      contentKeysSchema.parse(await send({ ...about(job, "keys"), body: {}, retry: PATIENT, signal })),
    recordTranscode: async (job, report, signal) => {
      const body = transcodeReportSchema.parse(report);
      await send({ ...about(job, "transcode-result"), body, retry: PATIENT, signal });
    },
    recordEncrypt: async (job, report, signal) => {
      const body = encryptReportSchema.parse(report);
      await send({ ...about(job, "encrypt-result"), body, retry: PATIENT, signal });
    },
    fail: async (job, report, signal) => {
      const body = failReportSchema.parse(report);
      return failReplySchema.parse(await send({ ...about(job, "fail"), body, retry: PATIENT, signal }));
    },
    release: async (job, signal) => {
      await send({ ...about(job, "release"), body: {}, retry: SHORT, signal });
    },
    acknowledgeCancel: async (job, signal) => {
      await send({ ...about(job, "cancelled"), body: {}, retry: SHORT, signal });
    },
  };
}

const claimedSchema = z.object({ outcome: z.literal("claimed"), order: z.unknown() });

/** Throws where not even the job can be read. The problem names fields and no values: these may be keys or URLs. */
function readOrder(reply: unknown): WorkOrder | UnreadableOrder {
  const order = workOrderSchema.safeParse(reply);
  if (order.success) return order.data;
  const held = heldJobSchema.safeParse(reply);
  if (!held.success) throw new JobServiceError("The video service gave a work order that names no job.");
  const problem = order.error.issues.map(({ path, code }) => `${path.join(".") || "order"}: ${code}`).join(", ");
  return { ...held.data, kind: "UNREADABLE", problem };
}
