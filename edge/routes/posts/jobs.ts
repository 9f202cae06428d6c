import { Hono } from "hono";
import * as z from "zod";
import { cancelJob } from "../../../shared/application/commands/cancel-job.ts";
import { retryJob } from "../../../shared/application/commands/retry-job.ts";
import type { ListedJob } from "../../../shared/application/ports/job-store.ts";
import { JOB_KINDS, JOB_STATES } from "../../../shared/domain/transcode-job.ts";
import type { Context } from "../../context.ts";
import { refusalResponse } from "../../http/command-response.ts";
import { problem } from "../../http/problems.ts";
import { readQuery } from "../../http/read-query.ts";
import { type CallerEnv, requireScope } from "../../middleware/authenticate.ts";
import { continueRotationSoon } from "../../rotation/advance-rotation.ts";

/** `/api/v2/jobs`, for operators and for whoever waits for a job. */
export function jobRoutes(context: Context): Hono<CallerEnv> {
  const { jobs, now, env } = context;
  const routes = new Hono<CallerEnv>();
  routes.use(requireScope(context, { read: "posts:read", write: "posts:write" }));

  /** Running jobs show what was reported last, which is newer than what the database has. */
  const shown = async ({ fileId: _, failedVerification: __, ...job }: ListedJob) => {
    const live = job.state === "RUNNING" ? await env.JOB_EVENTS.getByName(job.jobId).latest() : null;
    return live === null ? job : { ...job, progress: live, stage: live.stage };
  };

  routes.get("/", async (c) => {
    const filter = readQuery(c.req.raw, filterSchema);
    if (filter.kind === "refused") return filter.response;
    const found = await jobs.list({ ...filter.value, limit: 100 });
    return c.json({ jobs: await Promise.all(found.map(shown)) });
  });

  routes.get("/:jobId", async (c) => {
    const job = await jobs.find(c.req.param("jobId"));
    return job === null ? problem("not-found") : c.json(await shown(job));
  });

  routes.post("/:jobId/cancel", async (c) => {
    const jobId = c.req.param("jobId");
    const outcome = await cancelJob(context, jobId, now());
    if (outcome.kind !== "done") return refusalResponse(outcome);
    const job = await jobs.find(jobId);
    if (job !== null) continueRotationSoon(context, c.executionCtx, job);
    return c.json({ outcome: outcome.value }, 202);
  });

  routes.post("/:jobId/retry", async (c) => {
    const outcome = await retryJob(context, c.req.param("jobId"), now());
    if (outcome.kind !== "done") return refusalResponse(outcome);
    const job = await jobs.find(outcome.value.jobId);
    return job === null ? problem("not-found") : c.json(await shown(job), 202);
  });

  return routes;
}

const filterSchema = z.strictObject({
  videoPostId: z.string().min(1).max(64).optional(),
  state: z.enum(JOB_STATES).optional(),
  kind: z.enum(JOB_KINDS).optional(),
});
