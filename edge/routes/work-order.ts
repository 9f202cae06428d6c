import type { ClaimedJob } from "../../shared/application/ports.ts";
import type { WorkOrder } from "../../shared/application/job-protocol.ts";
import { clearPrefix } from "../../shared/domain/object-keys.ts";
import { variantsOf, type VideoFile } from "../../shared/domain/video-file.ts";
import type { VideoPost } from "../../shared/domain/video-post.ts";
import { getUploadSessionTempPath } from "../../shared/persistence/d1/upload-queries.ts";
import type { Context } from "../context.ts";
import { problem } from "../http-errors.ts";
import { issueJobCredential } from "../middleware/authenticate.ts";

/** Everything that the work needs, so that nothing is asked in between; with the credential for this claim alone. */
export async function workOrder(context: Context, { job, leaseToken }: ClaimedJob): Promise<Response> {
  const post = await context.posts.load(job.videoPostId);
  const file = post?.files.find((part) => part.id === job.fileId);
  if (post === null || file === undefined) return problem("internal", "a job without its part");
  const prefix = file.clear !== null && job.kind === "ENCRYPT" ? file.clear.prefix : clearPrefix(post.slug, job.jobId, job.claimNo);
  const credential = await issueJobCredential(context, { jobId: job.jobId, leaseToken, clearPrefix: prefix });
  const { jobId, claimNo, attempt, maxAttempts } = job;
  const base = { jobId, claimNo, attempt, maxAttempts, leaseMs: context.rules.leaseMs, credential, clearPrefix: prefix };
  const order: WorkOrder =
    job.kind === "TRANSCODE"
      ? { ...base, kind: "TRANSCODE", ...(await transcodeWork(context, post, file)) }
      : { ...base, kind: "ENCRYPT", ...encryptWork(file) };
  return Response.json(order);
}

async function transcodeWork(context: Context, post: VideoPost, file: VideoFile) {
  const { resourceType } = post;
  const { fileName } = file;
  if (file.source.kind === "url") return { resourceType, fileName, source: file.source };
  const upload = await getUploadSessionTempPath(context.db, file.source.uploadId);
  if (upload === null || upload.size === null) throw new Error(`upload ${file.source.uploadId} of a part is not there`);
  return { resourceType, fileName, source: { kind: "upload" as const, prefix: upload.tempPath, size: upload.size } };
}

function encryptWork(file: VideoFile) {
  if (file.clear === null || file.durationSeconds === null) throw new Error("an ENCRYPT job without clear renditions");
  return {
    durationSeconds: file.durationSeconds,
    variants: variantsOf(file, file.clear.transcodeJobId).map((variant) => ({ ...variant })),
  };
}
