import { Hono, type Context as HonoContext } from "hono";
import type * as z from "zod";
import type { JobOutcome, JobService } from "../../../shared/application/job-service/job-service.ts";
import {
  claimOneRequestSchema,
  claimRequestSchema,
  encryptReportSchema,
  failReportSchema,
  type HeldJob,
  progressSchema,
  transcodeReportSchema,
} from "../../../shared/application/protocols/job-protocol.ts";
import type { Context } from "../../context.ts";
import { problem } from "../../http/problems.ts";
import { readJson } from "../../http/read-json.ts";
import { jobServiceOf } from "../../job-service.ts";
import { type HeldJobEnv, requireJobCredential, requireProcessor } from "../../middleware/authenticate.ts";

/** `/internal/jobs`: the job protocol (shared/application/protocols/job-protocol.ts) over HTTP. Parses, calls, maps. */
export function internalJobRoutes(context: Context): Hono<HeldJobEnv> {
  const routes = new Hono<HeldJobEnv>();
  const serviceFor = (c: HonoContext) => jobServiceOf(context, c.executionCtx);

  routes.post("/claim", requireProcessor(context), async (c) => {
    const body = await readJson(c.req.raw, claimRequestSchema as z.ZodType<z.output<typeof claimRequestSchema>>);
    if (body.kind === "refused") return body.response;
    const order = await serviceFor(c).claim(body.value);
    return order === null ? c.body(null, 204) : c.json(order);
  });

  routes.post("/:jobId/claim", requireProcessor(context), async (c) => {
    const body = await readJson(c.req.raw, claimOneRequestSchema);
    if (body.kind === "refused") return body.response;
    return c.json(await serviceFor(c).claimOne(c.req.param("jobId"), body.value));
  });

  routes.post("/scan", requireProcessor(context), async (c) => c.json(await serviceFor(c).scan()));

  routes.use("/:jobId/*", requireJobCredential(context));

  type Held = HonoContext<HeldJobEnv>;
  type Call<T> = (service: JobService, held: HeldJob, body: T) => Promise<JobOutcome<unknown>>;

  const withBody =
    <T>(schema: z.ZodType<T>, call: Call<T>) =>
    async (c: Held): Promise<Response> => {
      const body = await readJson(c.req.raw, schema);
      if (body.kind === "refused") return body.response;
      return responseOf(await call(serviceFor(c), c.get("held"), body.value));
    };
  const withoutBody = (call: Call<null>) => async (c: Held) =>
    responseOf(await call(serviceFor(c), c.get("held"), null));

  const failReport = failReportSchema as z.ZodType<z.output<typeof failReportSchema>>;
  routes.post(
    "/:jobId/heartbeat",
    withBody(progressSchema, (jobs, held, body) => jobs.heartbeat(held, body)),
  );
  routes.post(
    "/:jobId/progress",
    withBody(progressSchema, (jobs, held, body) => jobs.progress(held, body)),
  );
  routes.post(
    "/:jobId/keys",
    withoutBody((jobs, held) => jobs.keys(held)),
  );
  routes.post(
    "/:jobId/transcode-result",
    withBody(transcodeReportSchema, (jobs, held, body) => jobs.recordTranscode(held, body)),
  );
  routes.post(
    "/:jobId/encrypt-result",
    withBody(encryptReportSchema, (jobs, held, body) => jobs.recordEncrypt(held, body)),
  );
  routes.post(
    "/:jobId/fail",
    withBody(failReport, (jobs, held, body) => jobs.fail(held, body)),
  );
  routes.post(
    "/:jobId/release",
    withoutBody((jobs, held) => jobs.release(held)),
  );
  routes.post(
    "/:jobId/cancelled",
    withoutBody((jobs, held) => jobs.acknowledgeCancel(held)),
  );

  return routes;
}

function responseOf(outcome: JobOutcome<unknown>): Response {
  if (outcome.kind === "refused") return problem(outcome.code, outcome.detail ?? undefined);
  return outcome.value === null ? new Response(null, { status: 204 }) : Response.json(outcome.value);
}
