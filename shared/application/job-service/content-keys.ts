import { encryptedPrefix } from "../../domain/object-keys.ts";
import { base64Encode } from "../../lib/base64.ts";
import { generateVideoPostQualityKeys } from "../commands/generate-video-post-quality-keys.ts";
import type { ContentKeys, HeldJob } from "../protocols/job-protocol.ts";
import type { JobServiceDeps } from "./deps.ts";
import { fenceOf, identifyHolder } from "./identify.ts";
import { done, type JobOutcome, refusedCall } from "./job-service.ts";
import { refusalOf } from "./refusals.ts";

/** Unwrapped keys, for the holder of the lease and nobody else. */
export async function contentKeys(deps: JobServiceDeps, held: HeldJob): Promise<JobOutcome<ContentKeys>> {
  const identified = await identifyHolder(deps, held);
  if (identified.kind === "refused") return identified;
  const { holder } = identified;
  const { job } = holder;
  if (job.kind !== "ENCRYPT" || job.state !== "RUNNING") return refusedCall("lease-lost");
  const outcome = await generateVideoPostQualityKeys(deps, { ...job, fence: fenceOf(holder) }, deps.now());
  if (outcome.kind !== "done") return refusalOf(outcome);
  const { keyVersion, clearPrefix, keys } = outcome.value;
  return done({
    keyVersion,
    encryptedPrefix: encryptedPrefix(clearPrefix, keyVersion, job.claimNo),
    keys: keys.map(({ key, ...named }) => ({ ...named, key: base64Encode(key) })),
  });
}
