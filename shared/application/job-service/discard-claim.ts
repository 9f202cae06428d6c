import { encryptedPrefix } from "../../domain/part/object-keys.ts";
import { versionsInProgress } from "../../domain/part/part-versions.ts";
import type { JobServiceDeps } from "./deps.ts";
import type { Holder } from "./identify.ts";

/**
 * Deletes what a claim has stored, once its holder has stopped and the job is recorded as given up: no save can name
 * these objects after that. The prefix comes from the credential, so no other claim's can be named. Garbage
 * collection finds what is missed here, such as a write that was still in transit.
 */
export function discardLater(deps: JobServiceDeps, holder: Holder): void {
  deps.later("discard-claim", discard(deps, holder));
}

async function discard(deps: JobServiceDeps, holder: Holder): Promise<void> {
  const post = await deps.posts.load(holder.job.videoPostId);
  const file = post === null ? undefined : versionsInProgress(post).find(({ id }) => id === holder.job.fileId);
  const named = [file?.clear?.prefix, file?.playing?.prefix];
  await deps.deleteObjects((await prefixesOf(deps, holder)).filter((prefix) => !named.includes(prefix)));
}

/** An encrypt job writes under the key versions that it has staged: a further one after new clear renditions. */
async function prefixesOf({ jobs }: JobServiceDeps, { job, clearPrefix }: Holder): Promise<string[]> {
  if (job.kind === "TRANSCODE") return [clearPrefix];
  const versions = await jobs.stagedKeyVersions(job);
  return versions.map((version) => encryptedPrefix(clearPrefix, version, job.claimNo));
}
