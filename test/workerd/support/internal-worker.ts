import { Hono } from "hono";
import { mount } from "../../../edge/api/mount.ts";
import type { Context } from "../../../edge/context.ts";
import type { DeleteObjectsMessage } from "../../../edge/queues/messages.ts";
import { directProcessorRoutes } from "../../../edge/routes/internal/direct-processors.ts";
import { leaseRoutes } from "../../../edge/routes/internal/leases.ts";
import type { Persistence } from "../../../shared/application/persistence.ts";
import type { Progress } from "../../../shared/application/protocols/job-protocol.ts";
import { STANDARD_JOB_RULES } from "../../../shared/domain/job/transcode-job.ts";
import { STANDARD_POLICY_RULE } from "../../../shared/domain/quality/quality-auth.ts";
import { vault } from "../../contract/steps.ts";
import {
  type Claim,
  GRACE_SECONDS,
  type InternalWorker,
  PROCESSOR_TOKEN,
} from "../../postgres/direct/internal-worker-type.ts";

/** Loaded by tests in Node, which are checked without the types of Workers. */
export function startInternalWorker(
  persistence: Persistence,
  now: () => number,
  rules = STANDARD_JOB_RULES,
): InternalWorker {
  const pending: Promise<unknown>[] = [];
  const live = new Map<string, Claim & { readonly progress: Progress }>();
  const report = async ({ progress, jobId, claimNo }: Claim & { progress: Progress }) => {
    if ((live.get(jobId)?.claimNo ?? 0) > claimNo) return false;
    live.set(jobId, { jobId, claimNo, progress });
    return true;
  };
  const worker: InternalWorker = {
    fetch: async (request) => {
      if (worker.away) throw new TypeError("fetch failed");
      worker.requests.push(new URL(request.url).pathname);
      return app.fetch(request, {}, execution as never);
    },
    requests: [],
    deleted: [],
    liveProgress: ({ jobId, claimNo }) => {
      const latest = live.get(jobId);
      return latest?.claimNo === claimNo ? latest.progress : null;
    },
    settled: async () => void (await Promise.all(pending.splice(0))),
    away: false,
  };
  const sendBatch = async (messages: Iterable<{ readonly body: DeleteObjectsMessage }>) => {
    for (const { body } of messages) if (!worker.deleted.includes(body.prefix)) worker.deleted.push(body.prefix);
  };
  const context = {
    ...persistence,
    ...{ vault, now, rules, policyRule: STANDARD_POLICY_RULE, launcher: null },
    settings: { PROCESSOR_TOKEN, KEY_GRACE_SECONDS: GRACE_SECONDS, MIGRATION_MAX_IN_FLIGHT: 4 },
    env: { JOB_EVENTS: { getByName: () => ({ report }) }, DELETE_OBJECTS: { sendBatch } },
  } as unknown as Context;
  const execution = { waitUntil: (work: Promise<unknown>) => pending.push(work), passThroughOnException() {} };
  const app = new Hono();
  mount(app, context, [...leaseRoutes, ...directProcessorRoutes]);
  return worker;
}
