import type { Call } from "../../../client/call.ts";
import { createProcessorClient } from "../../../client/processor.ts";
import { done, type JobOutcome } from "../../../shared/application/job-service/job-service.ts";
import type { JobLease } from "../../../shared/application/ports/job-store.ts";
import {
  type ProcessorSettings,
  processorSettingsSchema,
  sourceSecretSchema,
} from "../../../shared/application/protocols/direct-protocol.ts";
import {
  type ContentKeys,
  contentKeysSchema,
  deletedPrefixesSchema,
  PREFIXES_PER_REQUEST,
  type Progress,
  progressSchema,
} from "../../../shared/application/protocols/job-protocol.ts";
import { type HttpJobServiceOptions, REPLY_MS, withoutLargeReplies } from "../http-job-service.ts";
import { JobServiceError } from "../job-client-errors.ts";
import { refusalOf, refusalOfProcessor } from "../job-refusals.ts";
import { type CallResult, ONE_TRY, type RefusedReply, retriedCall, SHORT } from "../retried-call.ts";

/**
 * What a processor with a database asks the Worker for. Calls that are part of a call of the job service try once, since
 * that call is repeated as a whole.
 */
export type WorkerRequests = {
  settings(mark: number): Promise<ProcessorSettings>;
  sourceSecret(lease: JobLease): Promise<JobOutcome<string | null>>;
  contentKeys(lease: JobLease): Promise<JobOutcome<ContentKeys>>;
  showProgress(lease: JobLease, progress: Progress): Promise<JobOutcome>;
  /** Tries for some seconds. */
  deleteObjects(prefixes: readonly string[]): Promise<void>;
  dispatchOutbox(): Promise<void>;
};

export function createWorkerRequests(options: HttpJobServiceOptions): WorkerRequests {
  const { serviceUrl, processorToken, sleep, fetch: send = fetch } = options;
  const client = createProcessorClient({
    ...{ baseUrl: serviceUrl, token: processorToken, timeoutMs: REPLY_MS },
    fetch: withoutLargeReplies(send),
  });
  const ask = <Body>(call: (call: Call) => Promise<CallResult<Body>>, retry = ONE_TRY) =>
    retriedCall((signal) => call({ signal }), { retry, sleep, signal: new AbortController().signal });
  const own = async <Body>(route: string, call: (call: Call) => Promise<CallResult<Body>>, retry = ONE_TRY) => {
    const reply = await ask(call, retry);
    if (reply.kind === "refused") throw refusalOfRoute(route, reply);
    return reply.value;
  };
  const about = async <Body, T>(
    route: string,
    call: (call: Call) => Promise<CallResult<Body>>,
    read: (value: unknown) => T,
  ): Promise<JobOutcome<T>> => {
    const reply = await ask(call);
    if (reply.kind !== "refused") return done(read(reply.value));
    // The shared secret is refused, or the route is: that says nothing about the job.
    if (reply.code === null || reply.code.startsWith("credentials-")) throw refusalOfRoute(route, reply);
    return refusalOf(route, reply);
  };
  const of = ({ jobId, leaseToken }: JobLease) => ({ params: { jobId }, body: { leaseToken } });
  return {
    settings: async (mark) =>
      processorSettingsSchema.parse(
        await own("processor-settings", (call) => client.processorSettings({ query: { mark } }, call)),
      ),
    sourceSecret: (lease) =>
      about(
        "source",
        (call) => client.leasedSource(of(lease), call),
        (value) => sourceSecretSchema.parse(value).secret,
      ),
    contentKeys: (lease) => about("keys", (call) => client.leasedKeys(of(lease), call), contentKeysSchema.parse),
    showProgress: ({ jobId, leaseToken }, latest) => {
      const input = { params: { jobId }, body: { leaseToken, progress: progressSchema.parse(latest) } };
      return about(
        "progress",
        (call) => client.leasedProgress(input, call),
        () => null,
      );
    },
    deleteObjects: async (prefixes) => {
      for (let start = 0; start < prefixes.length; start += PREFIXES_PER_REQUEST) {
        const body = { prefixes: prefixes.slice(start, start + PREFIXES_PER_REQUEST) };
        deletedPrefixesSchema.parse(await own("delete", (call) => client.deleteObjects({ body }, call), SHORT));
      }
    },
    dispatchOutbox: async () => void (await own("dispatch", (call) => client.dispatchOutbox({}, call))),
  };
}

function refusalOfRoute(route: string, reply: RefusedReply): JobServiceError {
  if (reply.status !== 404) return refusalOfProcessor(route, reply);
  const message = `The Worker at LADDERLOCK_URL has no route ${route}: deploy the release of this processor.`;
  return new JobServiceError(message, { cause: reply.cause, refusedWith: reply.status });
}
