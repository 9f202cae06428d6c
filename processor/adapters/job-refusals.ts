import { JOB_REFUSALS, type JobRefusal, refusedCall } from "../../shared/application/job-service/job-service.ts";
import { JobServiceError } from "./job-client-errors.ts";
import type { RefusedReply } from "./retried-call.ts";

/** What a refused call about a held job means. Throws where the status says nothing about the job. */
export function refusalOf(route: string, { status, code, detail, cause }: RefusedReply): JobRefusal {
  const known = JOB_REFUSALS.find((refusal) => refusal === code);
  if (known !== undefined) return refusedCall(known, detail);
  // A proxy may answer without a code. 409 stands for other things too, but those always have one.
  const meansLost = code === null ? [401, 403, 404, 409, 410] : [401, 403, 404, 410];
  if (meansLost.includes(status)) return refusedCall("lease-lost", detail);
  throw new JobServiceError(`The video service refused ${route} with ${status}.`, { cause, refusedWith: status });
}

/** A refused call with the shared secret is a matter of configuration, never of a job. */
export function refusalOfProcessor(route: string, { status, cause }: RefusedReply): JobServiceError {
  const hint = status === 401 || status === 403 ? " Is PROCESSOR_TOKEN the same on both sides?" : "";
  const message = `The video service refused ${route} with ${status}.${hint}`;
  return new JobServiceError(message, { cause, refusedWith: status });
}
