import type { JobSecrets } from "../../../shared/application/job-service/job-secrets.ts";
import type { JobLease, JobStore } from "../../../shared/application/ports/job-store.ts";
import { JobServiceError } from "../job-client-errors.ts";
import type { WorkerRequests } from "./worker-requests.ts";
import type { WorkerSettings } from "./worker-settings.ts";

type Deps = {
  readonly worker: Pick<WorkerRequests, "sourceSecret" | "contentKeys">;
  readonly settings: Pick<WorkerSettings, "distrust">;
  readonly jobs: Pick<JobStore, "release">;
  readonly now: () => number;
};

/** The secrets of jobs where the key-encryption keys are not: the Worker gives them to the holder of a lease. */
export function workerSecrets({ worker, settings, jobs, now }: Deps): JobSecrets {
  /** A job that was claimed just now waits for the return of the Worker in the queue, and loses no attempt. */
  const returned = async (lease: JobLease) => {
    settings.distrust();
    await jobs.release({ ...lease, now: now() });
  };
  return {
    sourceSecret: async (lease) => {
      const outcome = await worker.sourceSecret(lease).catch(async (error: unknown) => {
        // Neither says anything about the job: nobody answered, or this processor was refused.
        const isOfWorker = error instanceof JobServiceError && (error.isUnreachable || error.refusedWith !== null);
        if (isOfWorker) await returned(lease);
        throw error;
      });
      if (outcome.kind === "done") return outcome.value;
      throw new JobServiceError(`The video service refused the source: ${outcome.code}.`, { cause: outcome.detail });
    },
    contentKeys: ({ job, leaseToken }) => worker.contentKeys({ jobId: job.jobId, leaseToken }),
  };
}
