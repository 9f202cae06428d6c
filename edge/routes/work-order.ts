import type { z } from "zod";
import { completeFinishedJob } from "../../shared/application/commands/complete-finished-job.ts";
import { failForGood } from "../../shared/application/commands/fail-job.ts";
import { type WorkOrder, workOrderSchema } from "../../shared/application/job-protocol.ts";
import type { ClaimedJob } from "../../shared/application/ports/job-store.ts";
import { sourceUrlOf } from "../../shared/application/source-url.ts";
import { clearPrefix } from "../../shared/domain/object-keys.ts";
import { singleKeyBinding } from "../../shared/domain/single-key-source.ts";
import type { VideoFile } from "../../shared/domain/video-file.ts";
import type { VideoPost } from "../../shared/domain/video-post.ts";
import { base64Encode } from "../../shared/lib/base64.ts";
import { issueJobCredential } from "../callers/job-holder.ts";
import type { Context } from "../context.ts";

/**
 * Everything that the work needs, so that nothing is asked in between; with the credential for this claim alone. Null
 * when the job has ended right here: its part has the result already, or there is no work that a processor could do.
 * Given out, such a job would come back until its attempts are used up.
 */
export async function workOrder(context: Context, claimed: ClaimedJob): Promise<WorkOrder | null> {
  const { job, leaseToken } = claimed;
  const fail = async (reason: string) => {
    await failForGood(context, job, { kind: "lease", jobId: job.jobId, leaseToken }, reason, context.now());
    return null;
  };
  const post = await context.posts.load(job.videoPostId);
  const file = post?.files.find((part) => part.id === job.fileId);
  if (post === null || file === undefined) return fail(PART_GONE);
  if (await completeFinishedJob(context, claimed, post, context.now())) return null;
  const work = job.kind === "ENCRYPT" ? encryptWork(file) : await transcodeWork(context, post, file);
  if (work.kind === "impossible") return fail(work.reason);
  const { jobId, claimNo, attempt, maxAttempts } = job;
  const prefix = work.kind === "ENCRYPT" ? work.clearPrefix : clearPrefix(post.slug, jobId, claimNo);
  const credential = await issueJobCredential(context, { jobId, leaseToken, clearPrefix: prefix });
  const { leaseMs } = context.rules;
  const order = { ...work, jobId, claimNo, attempt, maxAttempts, leaseMs, credential, clearPrefix: prefix };
  const checked = workOrderSchema.safeParse(order);
  return checked.success ? checked.data : fail(notValid(checked.error));
}

type Impossible = { readonly kind: "impossible"; readonly reason: string };

function impossible(reason: string): Impossible {
  return { kind: "impossible", reason };
}

/** Names the field and never its value, which may be a key or a URL. */
function notValid({ issues }: z.ZodError): string {
  const fields = issues.map(({ path }) => path.join(".")).join(", ");
  return `The work order of this job is not valid (${fields}). This is a fault of the service: report it.`;
}

const PART_GONE = "The video of this job is no longer there.";
const NOTHING_CLEAR = "There are no clear renditions to encrypt. Upload the video again.";
const UPLOAD_EMPTY = "The uploaded file is empty. Upload it again.";
const UPLOAD_GONE = "The uploaded file is no longer there. Upload it again.";
const URL_GONE = "The URL of the source is no longer stored. Create a new post with it.";
const IMPORT_GONE = "What was imported is no longer there. Import it again, under another id.";

async function transcodeWork(context: Context, post: VideoPost, file: VideoFile) {
  const source = await sourceOf(context, file);
  if (source.kind === "impossible") return source;
  return { kind: "TRANSCODE", resourceType: post.resourceType, fileName: file.fileName, source } as const;
}

async function sourceOf(context: Context, file: VideoFile) {
  if (file.source.kind === "imported") return singleKeyWork(context, file);
  if (file.source.kind === "url") {
    const url = await sourceUrlOf(context.vault, file);
    return url === null ? impossible(URL_GONE) : { kind: "url" as const, url };
  }
  const upload = await context.uploads.findForJob(file.source.uploadId);
  if (upload === null || upload.size === null) return impossible(UPLOAD_GONE);
  if (upload.size === 0) return impossible(UPLOAD_EMPTY);
  const { tempPath: prefix, size, sha256 } = upload;
  return { kind: "upload" as const, prefix, size, ...(sha256 === null ? {} : { sha256 }) };
}

/** With the key, which nobody has but the Worker and the holder of the lease. */
async function singleKeyWork({ vault }: Context, { id, singleKey }: VideoFile) {
  if (singleKey === null) return impossible(IMPORT_GONE);
  const key = base64Encode(await vault.unwrap(singleKey, singleKeyBinding(id)));
  const renditions = singleKey.renditions.map((rendition) => ({ ...rendition }));
  return { kind: "single-key" as const, prefix: singleKey.prefix, key, renditions };
}

function encryptWork({ clear, durationSeconds, variants }: VideoFile) {
  const made = variants.find(({ transcodeJobId }) => transcodeJobId === clear?.transcodeJobId);
  if (clear === null || durationSeconds === null || made === undefined) return impossible(NOTHING_CLEAR);
  const copies = made.variants.map((variant) => ({ ...variant }));
  return { kind: "ENCRYPT", clearPrefix: clear.prefix, durationSeconds, variants: copies } as const;
}
