import { Hono } from "hono";
import type { TranscodeJob } from "../../shared/domain/transcode-job.ts";
import type { Context } from "../context.ts";
import { problem } from "../http-errors.ts";
import { requireApiKey, type CallerEnv } from "../middleware/authenticate.ts";

/** `/api/v2/jobs`, for operators and for whoever waits for a job. */
export function jobRoutes(context: Context): Hono<CallerEnv> {
  const { jobs, now, env } = context;
  const routes = new Hono<CallerEnv>();
  routes.use(requireApiKey(context));

  /** Running jobs show what was reported last, which is newer than what the database has. */
  const shown = async ({ fileId: _, ...job }: TranscodeJob) => {
    const live = job.state === "RUNNING" ? await env.JOB_EVENTS.getByName(job.jobId).latest() : null;
    return live === null ? job : { ...job, progress: live, stage: live.stage };
  };

  routes.get("/", async (c) => {
    const found = await jobs.list({ videoPostId: c.req.query("videoPostId"), limit: 100 });
    return c.json({ jobs: await Promise.all(found.map(shown)) });
  });

  routes.get("/:jobId", async (c) => {
    const job = await jobs.find(c.req.param("jobId"));
    return job === null ? problem("not-found") : c.json(await shown(job));
  });

  routes.post("/:jobId/cancel", async (c) => {
    const outcome = await jobs.cancel({ jobId: c.req.param("jobId"), now: now() });
    if (outcome === "unknown") return problem("not-found");
    return outcome === "ended" ? problem("wrong-state", "the job has ended") : c.json({ outcome }, 202);
  });

  return routes;
}
