import { z } from "zod";
import type { Call } from "../../client/call.ts";
import { createProcessorClient } from "../../client/processor.ts";
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
  transcodeReplySchema,
  transcodeReportSchema,
  type WorkOrder,
  workOrderSchema,
} from "../../shared/application/protocols/job-protocol.ts";
import { JobServiceError } from "./job-client-errors.ts";
import { refusalOf, refusalOfProcessor } from "./job-refusals.ts";
import { type CallResult, ONE_TRY, PATIENT, type RetryRule, retriedCall, SHORT, type Sleep } from "./retried-call.ts";

export type Fetch = (request: Request) => Promise<Response>;

export type HttpJobServiceOptions = {
  readonly serviceUrl: string;
  readonly processorToken: string;
  readonly sleep: Sleep;
  /** The global fetch by default. */
  readonly fetch?: Fetch;
};

/** No call of the protocol takes the Worker longer. */
export const REPLY_MS = 15_000;
/** Replies are work orders and keys; anything larger does not come from our Worker. */
const LARGEST_REPLY = 1 << 20;

/** The job service of a Worker, over HTTP. Both directions are parsed with the schemas of the protocol. */
export function createHttpJobService(options: HttpJobServiceOptions): JobService {
  const { serviceUrl, processorToken, sleep, fetch: send = fetch } = options;
  const client = createProcessorClient({
    ...{ baseUrl: serviceUrl, token: processorToken, timeoutMs: REPLY_MS },
    fetch: withoutLargeReplies(send),
  });
  type Send<Body> = (call: Call) => Promise<CallResult<Body>>;
  type Rule = { readonly retry: RetryRule; readonly signal: AbortSignal | undefined };

  /** With the shared secret of the processors. */
  const own = async <Body>(route: string, { retry, signal }: Rule, ask: Send<Body>): Promise<Body> => {
    const reply = await retriedCall((end) => ask({ signal: end }), { retry, signal: signal ?? endless(), sleep });
    if (reply.kind === "refused") throw refusalOfProcessor(route, reply);
    return reply.value;
  };
  /** With the credential of one held job. */
  const about = async <Body, T>(
    held: HeldJob,
    route: string,
    { retry, signal }: Rule,
    ask: Send<Body>,
    read: (value: unknown) => T,
  ): Promise<JobOutcome<T>> => {
    const credentials = { token: held.credential };
    const rule = { retry, signal: signal ?? endless(), sleep };
    const reply = await retriedCall((end) => ask({ ...credentials, signal: end }), rule);
    return reply.kind === "refused" ? refusalOf(route, reply) : done(read(reply.value));
  };
  const of = ({ jobId }: HeldJob) => ({ params: { jobId } });

  return {
    claim: async (request, signal) => {
      const body = claimRequestSchema.parse(request);
      const reply = await own("claim", { retry: SHORT, signal }, (call) => client.claimJob({ body }, call));
      return reply === null ? null : readOrder(reply);
    },
    claimOne: async (jobId, request, signal) => {
      const input = { params: { jobId }, body: claimOneRequestSchema.parse(request) };
      const reply = await own("claim", { retry: PATIENT, signal }, (call) => client.claimOneJob(input, call));
      const claimed = claimedSchema.safeParse(reply);
      const order = claimed.success ? readOrder(claimed.data.order) : null;
      return order?.kind === "UNREADABLE" ? { outcome: "unreadable", order } : claimOneReplySchema.parse(reply);
    },
    scan: async (signal) =>
      scanReportSchema.parse(await own("scan", { retry: SHORT, signal }, (call) => client.scanJobs({}, call))),
    usesOfPrefixes: async (prefixes, signal) => {
      const body = prefixListSchema.parse({ prefixes });
      const reply = await own("check", { retry: PATIENT, signal }, (call) => client.checkGarbage({ body }, call));
      return prefixUsesSchema.parse(reply).uses;
    },
    deletePrefixes: async (prefixes, signal) => {
      const body = prefixListSchema.parse({ prefixes });
      const reply = await own("delete", { retry: PATIENT, signal }, (call) => client.deleteGarbage({ body }, call));
      return deletedPrefixesSchema.parse(reply).deleted;
    },
    heartbeat: async (held, progress, signal) => {
      const input = { ...of(held), body: progressSchema.parse(progress) };
      const ask = (call: Call) => client.heartbeat(input, call);
      return about(held, "heartbeat", { retry: ONE_TRY, signal }, ask, heartbeatReplySchema.parse);
    },
    progress: async (held, progress, signal) => {
      const input = { ...of(held), body: progressSchema.parse(progress) };
      const ask = (call: Call) => client.reportProgress(input, call);
      return about(held, "progress", { retry: ONE_TRY, signal }, ask, nothing);
    },
    keys: (held, signal) => {
      const ask = (call: Call) => client.stageKeys(of(held), call);
      return about(held, "keys", { retry: PATIENT, signal }, ask, contentKeysSchema.parse);
    },
    recordTranscode: async (held, report, signal) => {
      const input = { ...of(held), body: transcodeReportSchema.parse(report) };
      const ask = (call: Call) => client.recordTranscode(input, call);
      return about(held, "transcode-result", { retry: PATIENT, signal }, ask, readTranscodeReply);
    },
    recordEncrypt: async (held, report, signal) => {
      const input = { ...of(held), body: encryptReportSchema.parse(report) };
      const ask = (call: Call) => client.recordEncrypt(input, call);
      return about(held, "encrypt-result", { retry: PATIENT, signal }, ask, nothing);
    },
    fail: async (held, report, signal) => {
      const input = { ...of(held), body: failReportSchema.parse(report) };
      return about(
        held,
        "fail",
        { retry: PATIENT, signal },
        (call) => client.failJob(input, call),
        failReplySchema.parse,
      );
    },
    release: (held, signal) =>
      about(held, "release", { retry: SHORT, signal }, (call) => client.releaseJob(of(held), call), nothing),
    acknowledgeCancel: (held, signal) =>
      about(held, "cancelled", { retry: SHORT, signal }, (call) => client.acknowledgeCancel(of(held), call), nothing),
  };
}

const nothing = () => null;
/** A Worker of an earlier release replies without a body. */
const readTranscodeReply = (reply: unknown) => transcodeReplySchema.parse(reply ?? { encryptJobId: null });
const endless = () => new AbortController().signal;

export function withoutLargeReplies(send: Fetch): Fetch {
  return async (request) => {
    const response = await send(request);
    const { status, headers } = response;
    const text = await response.text();
    if (text.length > LARGEST_REPLY) throw new JobServiceError("The video service gave a reply that is too large.");
    return new Response(text === "" ? null : text, { status, headers });
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
