import { createJobService, type InProcessJobService } from "../shared/application/job-service/create-job-service.ts";
import type { JobServiceDeps } from "../shared/application/job-service/deps.ts";
import type { JobHolder } from "../shared/application/job-service/job-credentials.ts";
import { vaultSecrets } from "../shared/application/job-service/vault-secrets.ts";
import type { Progress } from "../shared/application/protocols/job-protocol.ts";
import type { Context } from "./context.ts";
import { queueDeletions, whereStored } from "./events/delete-objects.ts";
import { logError } from "./log/log.ts";

/** What the job protocol uses of the context: nothing of viewers, callers or pages. */
export type JobServiceContext = Pick<
  Context,
  Extract<keyof JobServiceDeps, keyof Context> | "env" | "settings" | "jobCredentials" | "vault" | "policyRule"
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
    secrets: vaultSecrets(context),
    keyGraceSeconds: settings.KEY_GRACE_SECONDS,
    rekeyMaxInFlight: settings.MIGRATION_MAX_IN_FLIGHT,
    credentials: context.jobCredentials,
    random: Math.random,
    reportProgress: (holder, progress) => showProgress(env, holder, progress),
    deleteObjects: (prefixes) => queueDeletions(env, prefixes.flatMap(whereStored)),
    later,
  });
}

/** The claim that reports. `fileId`: null for a credential of an earlier release, which does not name the part. */
type Reporting = Pick<JobHolder, "jobId" | "claimNo" | "kind" | "fileId">;

/** False where a later claim of the job has reported. */
export async function showProgress(
  { JOB_EVENTS }: Pick<Context["env"], "JOB_EVENTS">,
  { jobId, claimNo, kind, fileId }: Reporting,
  progress: Progress,
): Promise<boolean> {
  return JOB_EVENTS.getByName(fileId ?? jobId).report({ jobId, claimNo, kind, progress });
}
