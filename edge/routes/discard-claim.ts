import { encryptedPrefix } from "../../shared/domain/object-keys.ts";
import type { VideoFile } from "../../shared/domain/video-file.ts";
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

async function discard({ posts, env }: Context, holder: Holder): Promise<void> {
  const post = await posts.load(holder.job.videoPostId);
  const file = post?.files.find((part) => part.id === holder.job.fileId);
  const named = [file?.clear?.prefix, file?.playing?.prefix];
  const own = prefixesOf(holder, file).filter((prefix) => !named.includes(prefix));
  await queueDeletions(env, own.flatMap(inBothBuckets));
}

/** Job B writes under the newest key version, if it got as far as asking for keys. */
function prefixesOf({ job, clearPrefix }: Holder, file: VideoFile | undefined): string[] {
  if (job.kind === "TRANSCODE") return [clearPrefix];
  const newest = file?.lastKeyVersion ?? 0;
  return newest === 0 ? [] : [encryptedPrefix(clearPrefix, newest, job.claimNo)];
}
