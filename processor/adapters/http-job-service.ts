import { z } from "zod";
import {
  done,
  type JobOutcome,
  type JobService,
  type UnreadableOrder,
} from "../../shared/application/job-service/job-service.ts";
import {
  claimOneReplySchema,
  claimOneRequestSchema,
  claimRequestSchema,
  contentKeysSchema,
  deletedPrefixesSchema,
  encryptReportSchema,
  failReplySchema,
  failReportSchema,
  type HeldJob,
  heartbeatReplySchema,
  heldJobSchema,
  prefixListSchema,
  prefixUsesSchema,
  progressSchema,
  scanReportSchema,
  transcodeReportSchema,
  type WorkOrder,
  workOrderSchema,
} from "../../shared/application/protocols/job-protocol.ts";
import { JobServiceError } from "./job-client-errors.ts";
import { refusalOf, refusalOfProcessor } from "./job-refusals.ts";
import { ONE_TRY, PATIENT, type RetryRule, requestJson, SHORT, type Sleep } from "./job-request.ts";

export type HttpJobServiceOptions = {
  readonly serviceUrl: string;
  readonly processorToken: string;
  readonly sleep: Sleep;
  /** The global fetch by default. */
  readonly fetch?: typeof fetch;
};

/** The job service of a Worker, over HTTP. Both directions are parsed with the schemas of the protocol. */
export function createHttpJobService({ serviceUrl, processorToken, ...io }: HttpJobServiceOptions): JobService {
  type Post = { readonly body: unknown; readonly retry: RetryRule; readonly signal: AbortSignal | undefined };
  const post = (url: string, token: string, { signal = new AbortController().signal, ...request }: Post) =>
    requestJson({ ...io, ...request, url, token, signal });

  /** With the shared secret of the processors. */
  const own = async (path: string, request: Post): Promise<unknown> => {
    const reply = await post(`${serviceUrl}/internal/${path}`, processorToken, request);
    if (reply.kind === "refused") throw refusalOfProcessor(path, reply);
    return reply.value;
  };
  /** With the credential of one held job. */
  const about = async <T>(
    held: HeldJob,
    route: string,
    request: Post,
    read: (value: unknown) => T,
  ): Promise<JobOutcome<T>> => {
    const url = `${serviceUrl}/internal/jobs/${encodeURIComponent(held.jobId)}/${route}`;
    const reply = await post(url, held.credential, request);
    return reply.kind === "refused" ? refusalOf(route, reply) : done(read(reply.value));
  };

  return {
    claim: async (request, signal) => {
      const body = claimRequestSchema.parse(request);
      const reply = await own("jobs/claim", { body, retry: SHORT, signal });
      return reply === null ? null : readOrder(reply);
    },
    claimOne: async (jobId, request, signal) => {
      const body = claimOneRequestSchema.parse(request);
      const reply = await own(`jobs/${encodeURIComponent(jobId)}/claim`, { body, retry: PATIENT, signal });
      const claimed = claimedSchema.safeParse(reply);
      const order = claimed.success ? readOrder(claimed.data.order) : null;
      return order?.kind === "UNREADABLE" ? { outcome: "unreadable", order } : claimOneReplySchema.parse(reply);
    },
    scan: async (signal) => scanReportSchema.parse(await own("jobs/scan", { body: {}, retry: SHORT, signal })),
    usesOfPrefixes: async (prefixes, signal) => {
      const body = prefixListSchema.parse({ prefixes });
      return prefixUsesSchema.parse(await own("garbage/check", { body, retry: PATIENT, signal })).uses;
    },
    deletePrefixes: async (prefixes, signal) => {
      const body = prefixListSchema.parse({ prefixes });
      return deletedPrefixesSchema.parse(await own("garbage/delete", { body, retry: PATIENT, signal })).deleted;
    },
    heartbeat: async (held, progress, signal) => {
      const body = progressSchema.parse(progress);
      return about(held, "heartbeat", { body, retry: ONE_TRY, signal }, heartbeatReplySchema.parse);
    },
    progress: async (held, progress, signal) => {
      const body = progressSchema.parse(progress);
      return about(held, "progress", { body, retry: ONE_TRY, signal }, nothing);
    },
    keys: (held, signal) => about(held, "keys", { body: {}, retry: PATIENT, signal }, contentKeysSchema.parse),
    recordTranscode: async (held, report, signal) => {
      const body = transcodeReportSchema.parse(report);
      return about(held, "transcode-result", { body, retry: PATIENT, signal }, nothing);
    },
    recordEncrypt: async (held, report, signal) => {
      const body = encryptReportSchema.parse(report);
      return about(held, "encrypt-result", { body, retry: PATIENT, signal }, nothing);
    },
    fail: async (held, report, signal) => {
      const body = failReportSchema.parse(report);
      return about(held, "fail", { body, retry: PATIENT, signal }, failReplySchema.parse);
    },
    release: (held, signal) => about(held, "release", { body: {}, retry: SHORT, signal }, nothing),
    acknowledgeCancel: (held, signal) => about(held, "cancelled", { body: {}, retry: SHORT, signal }, nothing),
  };
}

const nothing = () => null;

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
