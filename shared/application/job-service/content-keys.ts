import type { ContentKeys, HeldJob } from "../protocols/job-protocol.ts";
import type { JobServiceDeps } from "./deps.ts";
import { identifyHolder } from "./identify.ts";
import { type JobOutcome, refusedCall } from "./job-service.ts";

/** Unwrapped keys, for the holder of the lease and nobody else. */
export async function contentKeys(deps: JobServiceDeps, held: HeldJob): Promise<JobOutcome<ContentKeys>> {
  const identified = await identifyHolder(deps, held);
  if (identified.kind === "refused") return identified;
  const { job } = identified.holder;
  if (job.kind !== "ENCRYPT" || job.state !== "RUNNING") return refusedCall("lease-lost");
  return deps.secrets.contentKeys(identified.holder);
}
