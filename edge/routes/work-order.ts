import { completeFinishedJob } from "../../shared/application/commands/complete-finished-job.ts";
import { failForGood } from "../../shared/application/commands/fail-job.ts";
import type { WorkOrder } from "../../shared/application/job-protocol.ts";
import type { ClaimedJob } from "../../shared/application/ports.ts";
import { clearPrefix } from "../../shared/domain/object-keys.ts";
import { singleKeyBinding } from "../../shared/domain/single-key-source.ts";
import { type VideoFile, variantsOf } from "../../shared/domain/video-file.ts";
import type { VideoPost } from "../../shared/domain/video-post.ts";
import { base64Encode } from "../../shared/lib/base64.ts";
import { getUploadSessionTempPath } from "../../shared/persistence/d1/upload-queries.ts";
import { issueJobCredential } from "../callers/job-holder.ts";
import type { Context } from "../context.ts";

/**
 * Everything that the work needs, so that nothing is asked in between; with the credential for this claim alone. Null
 * when the job has ended right here: its part has the result already, or its upload is gone (given out, it would come
 * back until its attempts are used up).
 */
export async function workOrder(context: Context, claimed: ClaimedJob): Promise<WorkOrder | null> {
  const { job, leaseToken } = claimed;
  const post = await context.posts.load(job.videoPostId);
  const file = post?.files.find((part) => part.id === job.fileId);
  if (post === null || file === undefined) throw new Error(`job ${job.jobId} has no part`);
  if (await completeFinishedJob(context, claimed, post, context.now())) return null;
  const prefix =
    file.clear !== null && job.kind === "ENCRYPT" ? file.clear.prefix : clearPrefix(post.slug, job.jobId, job.claimNo);
  const credential = await issueJobCredential(context, { jobId: job.jobId, leaseToken, clearPrefix: prefix });
  const { jobId, claimNo, attempt, maxAttempts } = job;
  const base = {
    jobId,
    claimNo,
    attempt,
    maxAttempts,
    leaseMs: context.rules.leaseMs,
    credential,
    clearPrefix: prefix,
  };
  if (job.kind === "ENCRYPT") return { ...base, kind: "ENCRYPT", ...encryptWork(file) };
  const work = await transcodeWork(context, post, file);
  if (work !== null) return { ...base, kind: "TRANSCODE", ...work };
  const gone = file.source.kind === "imported" ? IMPORT_GONE : UPLOAD_GONE;
  await failForGood(context.posts, job, { kind: "lease", jobId, leaseToken }, gone, context.now());
  return null;
}

const UPLOAD_GONE = "The uploaded file is no longer there. Upload it again.";
const IMPORT_GONE = "What was imported is no longer there. Import it again, under another id.";

async function transcodeWork(context: Context, post: VideoPost, file: VideoFile) {
  const { resourceType } = post;
  const { fileName } = file;
  if (file.source.kind === "imported") {
    const source = await singleKeyWork(context, file);
    return source === null ? null : { resourceType, fileName, source };
  }
  if (file.source.kind === "url") return { resourceType, fileName, source: file.source };
  const upload = await getUploadSessionTempPath(context.db, file.source.uploadId);
  if (upload === null || upload.size === null) return null;
  const { tempPath: prefix, size, sha256 } = upload;
  const source = { kind: "upload" as const, prefix, size, ...(sha256 === null ? {} : { sha256 }) };
  return { resourceType, fileName, source };
}

/** With the key, which nobody has but the Worker and whoever holds the lease. */
async function singleKeyWork({ vault }: Context, { id, singleKey }: VideoFile) {
  if (singleKey === null) return null;
  const key = base64Encode(await vault.unwrap(singleKey, singleKeyBinding(id)));
  const renditions = singleKey.renditions.map((rendition) => ({ ...rendition }));
  return { kind: "single-key" as const, prefix: singleKey.prefix, key, renditions };
}

function encryptWork(file: VideoFile) {
  if (file.clear === null || file.durationSeconds === null) throw new Error("an ENCRYPT job without clear renditions");
  return {
    durationSeconds: file.durationSeconds,
    variants: variantsOf(file, file.clear.transcodeJobId).map((variant) => ({ ...variant })),
  };
}
