import { createJobService, type InProcessJobService } from "../shared/application/job-service/create-job-service.ts";
import type { JobServiceDeps } from "../shared/application/job-service/deps.ts";
import type { Context } from "./context.ts";
import { queueDeletions, whereStored } from "./events/delete-objects.ts";
import { logError } from "./log/log.ts";

/** What the job protocol uses of the context: nothing of viewers, callers or pages. */
export type JobServiceContext = Pick<
  Context,
  Extract<keyof JobServiceDeps, keyof Context> | "env" | "settings" | "jobCredentials"
>;

/** The job service of one request, which keeps the request's follow-up work alive after the response. */
export function jobServiceOf(
  context: JobServiceContext,
  execution: Pick<ExecutionContext, "waitUntil">,
): InProcessJobService {
  const { env, settings } = context;
  const later: JobServiceDeps["later"] = (name, work) =>
    execution.waitUntil(work.catch((error: unknown) => logError(name, error)));
  return createJobService({
    ...context,
    keyGraceSeconds: settings.KEY_GRACE_SECONDS,
    rekeyMaxInFlight: settings.MIGRATION_MAX_IN_FLIGHT,
    credentials: context.jobCredentials,
    random: Math.random,
    reportProgress: async ({ jobId, claimNo, kind, fileId }, progress) =>
      env.JOB_EVENTS.getByName(fileId ?? jobId).report({ jobId, claimNo, kind, progress }),
    deleteObjects: (prefixes) => queueDeletions(env, prefixes.flatMap(whereStored)),
    later,
  });
}
