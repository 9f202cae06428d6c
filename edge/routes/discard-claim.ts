import { encryptedPrefix } from "../../shared/domain/object-keys.ts";
import type { Holder } from "../callers/job-holder.ts";
import type { Context } from "../context.ts";
import { inBothBuckets, queueDeletions } from "../delete-objects.ts";

/**
 * What a claim has stored goes, once its holder has said that it stopped and its job has taken note: no save can name
 * these objects any more. The prefix is the one that the credential was signed with, so nobody can have another's
 * deleted. What is missed here (a holder that died, a write that was still on its way) is left to the garbage collection.
 */
export function discardSoon(context: Context, execution: Pick<ExecutionContext, "waitUntil">, holder: Holder): void {
  const failed = (error: unknown) => console.error(JSON.stringify({ at: "discard-claim", error: String(error) }));
  execution.waitUntil(discard(context, holder).catch(failed));
}

async function discard({ posts, jobs, env }: Context, holder: Holder): Promise<void> {
  const post = await posts.load(holder.job.videoPostId);
  const file = post?.files.find((part) => part.id === holder.job.fileId);
  const named = [file?.clear?.prefix, file?.playing?.prefix];
  const own = (await prefixesOf(jobs, holder)).filter((prefix) => !named.includes(prefix));
  await queueDeletions(env, own.flatMap(inBothBuckets));
}

/** An encrypt job writes under the key versions that it has staged: another one after new clear renditions. */
async function prefixesOf(jobs: Context["jobs"], { job, clearPrefix }: Holder): Promise<string[]> {
  if (job.kind === "TRANSCODE") return [clearPrefix];
  const versions = await jobs.stagedKeyVersions(job);
  return versions.map((version) => encryptedPrefix(clearPrefix, version, job.claimNo));
}
