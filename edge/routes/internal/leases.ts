import type { LeasedJob } from "../../../shared/application/job-service/job-secrets.ts";
import { type JobOutcome, type JobRefusal, refusedCall } from "../../../shared/application/job-service/job-service.ts";
import { vaultSecrets } from "../../../shared/application/job-service/vault-secrets.ts";
import { versionsInProgress } from "../../../shared/domain/part/part-versions.ts";
import { answer } from "../../api/answer.ts";
import * as define from "../../api/definitions/internal/direct-processors.ts";
import { type Route, route } from "../../api/route.ts";
import { refused } from "../../http/refusal.ts";
import { type JobServiceContext, showProgress } from "../../job-service.ts";

/** `/internal/leases`: what the holder of a lease asks for that claimed its job in the database. */
export const leaseRoutes: readonly Route<JobServiceContext>[] = [
  route(define.leasedSource, {
    handle: async (context: JobServiceContext, { params, body }) => {
      const found = await findLeased(context, params.jobId, body.leaseToken);
      if (found.kind === "refused") return refusalOf(found);
      const { leased } = found;
      const post = await context.posts.load(leased.job.videoPostId);
      const part = post === null ? undefined : versionsInProgress(post).find(({ id }) => id === leased.job.fileId);
      if (part === undefined) return refused("not-found");
      const lease = { jobId: params.jobId, leaseToken: body.leaseToken };
      return answer(200, { secret: await vaultSecrets(context).sourceSecret(lease, part) });
    },
  }),
  route(define.leasedKeys, {
    handle: async (context: JobServiceContext, { params, body }) => {
      const found = await findLeased(context, params.jobId, body.leaseToken);
      if (found.kind === "refused") return refusalOf(found);
      if (found.leased.job.kind !== "ENCRYPT") return refused("lease-lost");
      const outcome = await vaultSecrets(context).contentKeys(found.leased);
      return outcome.kind === "refused" ? refusalOf(outcome) : answer(200, outcome.value);
    },
  }),
  route(define.leasedProgress, {
    handle: async (context: JobServiceContext, { params, body }) => {
      const found = await findLeased(context, params.jobId, body.leaseToken);
      if (found.kind === "refused") return refusalOf(found);
      const isShown = await showProgress(context.env, found.leased.job, body.progress);
      return isShown ? answer(204, null) : refused("lease-lost");
    },
  }),
];

type Found = { readonly kind: "leased"; readonly leased: LeasedJob } | JobRefusal;

/** As the fence of a save: the lease is the job's latest, and the job is running. */
async function findLeased({ jobs }: JobServiceContext, jobId: string, leaseToken: string): Promise<Found> {
  const job = await jobs.findByLease(jobId, leaseToken);
  if (job?.state !== "RUNNING") return refusedCall("lease-lost");
  return { kind: "leased", leased: { job, leaseToken } };
}

function refusalOf({ code, detail }: Extract<JobOutcome, { kind: "refused" }>) {
  if (code === "credentials-invalid" || code === "not-allowed") throw new Error(`a lease was refused with ${code}`);
  return refused(code, detail ?? undefined);
}
