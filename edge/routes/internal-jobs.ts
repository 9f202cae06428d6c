import { Hono } from "hono";
import type { z } from "zod";
import {
  applyVideoPostEncryptResult,
  applyVideoPostTranscodeResult,
} from "../../shared/application/commands/apply-video-post-results.ts";
import { continueKeyRotations } from "../../shared/application/commands/continue-key-rotations.ts";
import { failJob } from "../../shared/application/commands/fail-job.ts";
import { generateVideoPostQualityKeys } from "../../shared/application/commands/generate-video-post-quality-keys.ts";
import { continueMigration } from "../../shared/application/commands/request-video-migration.ts";
import { type ScanReport, scanJobs } from "../../shared/application/commands/scan-jobs.ts";
import type { CommandOutcome } from "../../shared/application/decide-and-save.ts";
import { runIsolated } from "../../shared/application/isolated-steps.ts";
import {
  type ContentKeys,
  claimOneRequestSchema,
  claimRequestSchema,
  type EncryptReport,
  encryptReportSchema,
  failReportSchema,
  progressSchema,
  type TranscodeReport,
  transcodeReportSchema,
} from "../../shared/application/job-protocol.ts";
import { encryptedPrefix } from "../../shared/domain/object-keys.ts";
import { base64Encode } from "../../shared/lib/base64.ts";
import { uuidV7 } from "../../shared/lib/random-id.ts";
import type { Holder } from "../callers/job-holder.ts";
import type { Context } from "../context.ts";
import { problem } from "../http-errors.ts";
import { type HolderEnv, requireLease, requireProcessor } from "../middleware/authenticate.ts";
import { dispatchSoon } from "../outbox.ts";
import { readJson } from "../read-json.ts";
import { continueRotationSoon, graceSecondsFor } from "../rotation/continue-soon.ts";
import { claimOne } from "./claim-one-job.ts";
import { refusalResponse } from "./command-response.ts";
import { discardSoon } from "./discard-claim.ts";
import { workOrder } from "./work-order.ts";

type Execution = Pick<ExecutionContext, "waitUntil">;

/** `/internal/jobs`: the processors' side of the job protocol (shared/application/job-protocol.ts). */
export function internalJobRoutes(context: Context): Hono<HolderEnv> {
  const routes = new Hono<HolderEnv>();
  const { jobs, now, rules } = context;

  routes.post("/claim", requireProcessor(context), async (c) => {
    const body = await readJson(c.req.raw, claimRequestSchema as z.ZodType<z.output<typeof claimRequestSchema>>);
    if (body.kind === "refused") return body.response;
    const claimed = await jobs.claim({ ...body.value, now: now(), leaseMs: rules.leaseMs });
    const order = claimed === null ? null : await workOrder(context, claimed);
    return order === null ? c.body(null, 204) : c.json(order);
  });

  routes.post("/:jobId/claim", requireProcessor(context), async (c) => {
    const body = await readJson(c.req.raw, claimOneRequestSchema);
    return body.kind === "refused" ? body.response : c.json(await claimOne(context, c.req.param("jobId"), body.value));
  });

  routes.post("/scan", requireProcessor(context), async (c) => {
    let report: ScanReport | undefined;
    await runIsolated({
      scan: async () => {
        report = await scanJobs(context, now());
      },
      migration: () => continueMigration(context, context.settings.MIGRATION_MAX_IN_FLIGHT, now()),
      rotations: () => continueKeyRotations(context, now()),
    });
    return c.json(report);
  });

  routes.use("/:jobId/*", requireLease(context));

  routes.post("/:jobId/heartbeat", async (c) => {
    const body = await readJson(c.req.raw, progressSchema);
    if (body.kind === "refused") return body.response;
    const held = { ...lease(c.get("holder")), now: now(), leaseMs: rules.leaseMs };
    const outcome = await jobs.heartbeat({ ...held, stage: body.value.stage, progress: body.value });
    return outcome === "lease-lost" ? problem("lease-lost") : c.json({ cancel: outcome === "cancel" });
  });

  routes.post("/:jobId/progress", async (c) => {
    const body = await readJson(c.req.raw, progressSchema);
    if (body.kind === "refused") return body.response;
    const { job } = c.get("holder");
    // Progress comes every second: a holder whose job was cancelled stops sooner than at its next heartbeat.
    if (job.state !== "RUNNING") return problem("lease-lost");
    await context.env.JOB_EVENTS.getByName(job.jobId).report(body.value);
    return c.body(null, 204);
  });

  routes.post("/:jobId/keys", async (c) => {
    const { job, leaseToken } = c.get("holder");
    if (job.kind !== "ENCRYPT" || job.state !== "RUNNING") return problem("lease-lost");
    const deps = { ...context, policyRule: { publicUpTo: context.settings.PUBLIC_UP_TO_LINES } };
    const fence = { kind: "lease", jobId: job.jobId, leaseToken } as const;
    const outcome = await generateVideoPostQualityKeys(deps, { ...job, fence }, now());
    if (outcome.kind !== "done") return refusalResponse(outcome);
    const { keyVersion, clearPrefix, keys } = outcome.value;
    const reply: ContentKeys = {
      keyVersion,
      encryptedPrefix: encryptedPrefix(clearPrefix, keyVersion, job.claimNo),
      keys: keys.map(({ key, ...named }) => ({ ...named, key: base64Encode(key) })),
    };
    return c.json(reply);
  });

  routes.post("/:jobId/transcode-result", async (c) => {
    const body = await readJson(c.req.raw, transcodeReportSchema);
    if (body.kind === "refused") return body.response;
    if (c.get("holder").job.kind !== "TRANSCODE") return problem("wrong-state", "this is an encrypt job");
    return finished(c.executionCtx, c.get("holder"), await recordTranscode(context, c.get("holder"), body.value));
  });

  routes.post("/:jobId/encrypt-result", async (c) => {
    const body = await readJson(c.req.raw, encryptReportSchema);
    if (body.kind === "refused") return body.response;
    if (c.get("holder").job.kind !== "ENCRYPT") return problem("wrong-state", "this is a transcode job");
    return finished(c.executionCtx, c.get("holder"), await recordEncrypt(context, c.get("holder"), body.value));
  });

  routes.post("/:jobId/fail", async (c) => {
    const body = await readJson(c.req.raw, failReportSchema as z.ZodType<z.output<typeof failReportSchema>>);
    if (body.kind === "refused") return body.response;
    const { job, leaseToken } = c.get("holder");
    if (job.state !== "RUNNING") return leaseLost(c.executionCtx, c.get("holder"));
    const outcome = await failJob(context, job, leaseToken, body.value, now());
    if (outcome.kind === "lease-lost") return leaseLost(c.executionCtx, c.get("holder"));
    discardSoon(context, c.executionCtx, c.get("holder"));
    if (outcome.kind === "failed") continueRotationSoon(context, c.executionCtx, job);
    const runAfter = outcome.kind === "retry" ? outcome.runAfter : null;
    return c.json({ outcome: outcome.kind, runAfter });
  });

  routes.post("/:jobId/release", async (c) => {
    const released = await jobs.release({ ...lease(c.get("holder")), now: now() });
    return letGo(c.executionCtx, c.get("holder"), released);
  });

  routes.post("/:jobId/cancelled", async (c) => {
    const acknowledged = await jobs.acknowledgeCancel({ ...lease(c.get("holder")), now: now() });
    return letGo(c.executionCtx, c.get("holder"), acknowledged);
  });

  async function letGo(execution: Execution, holder: Holder, done: boolean): Promise<Response> {
    if (!done) return leaseLost(execution, holder);
    discardSoon(context, execution, holder);
    return new Response(null, { status: 204 });
  }

  /** What the holder of a cancelled job has stored goes at once; after any other loss the garbage collection finds it. */
  async function leaseLost(execution: Execution, holder: Holder): Promise<Response> {
    const job = await jobs.findByLease(holder.job.jobId, holder.leaseToken);
    if (job?.state === "CANCELLED") discardSoon(context, execution, holder);
    return problem("lease-lost");
  }

  /** A result may be refused because the job was lost meanwhile, with its keys: then that is the answer. */
  async function refusedResult(
    execution: Execution,
    holder: Holder,
    outcome: Exclude<CommandOutcome, { kind: "done" }>,
  ): Promise<Response> {
    const job = await jobs.findByLease(holder.job.jobId, holder.leaseToken);
    return job?.state === "RUNNING" ? refusalResponse(outcome) : leaseLost(execution, holder);
  }

  async function finished(execution: Execution, holder: Holder, outcome: CommandOutcome): Promise<Response> {
    const { job } = holder;
    // A result that was sent twice, because the first reply was lost, is a success both times.
    const repeated = outcome.kind === "lease-lost" && job.state === "SUCCEEDED";
    if (outcome.kind !== "done" && !repeated) return refusedResult(execution, holder, outcome);
    dispatchSoon(context, execution);
    continueRotationSoon(context, execution, job);
    return new Response(null, { status: 204 });
  }

  return routes;
}

function lease({ job, leaseToken }: Holder) {
  return { jobId: job.jobId, leaseToken };
}

function recordTranscode(context: Context, holder: Holder, report: TranscodeReport): Promise<CommandOutcome> {
  const now = context.now();
  const { jobId } = holder.job;
  const result = {
    ...report,
    kind: "done",
    transcodeJobId: jobId,
    prefix: holder.clearPrefix,
    encryptJobId: uuidV7(now),
  } as const;
  return applyVideoPostTranscodeResult(context.posts, target(holder), result, now);
}

async function recordEncrypt(context: Context, holder: Holder, report: EncryptReport): Promise<CommandOutcome> {
  const now = context.now();
  const { clearPrefix } = holder;
  const prefix = encryptedPrefix(clearPrefix, report.keyVersion, holder.job.claimNo);
  const retireAt = now + (await graceSecondsFor(context, holder.job.fileId)) * 1000;
  const result = { ...report, kind: "done", jobId: holder.job.jobId, clearPrefix, prefix, retireAt } as const;
  return applyVideoPostEncryptResult(context.posts, target(holder), result, now);
}

function target({ job, leaseToken }: Holder) {
  return {
    videoPostId: job.videoPostId,
    fileId: job.fileId,
    fence: { kind: "lease", jobId: job.jobId, leaseToken },
  } as const;
}
