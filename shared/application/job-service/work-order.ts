import type * as z from "zod";
import type { Failure } from "../../domain/job/failure.ts";
import { clearPrefix } from "../../domain/part/object-keys.ts";
import { versionsInProgress } from "../../domain/part/part-versions.ts";
import type { VideoFile } from "../../domain/part/video-file.ts";
import type { VideoPost } from "../../domain/post/video-post.ts";
import { completeFinishedJob } from "../commands/complete-finished-job.ts";
import { failForGood } from "../commands/fail-job.ts";
import type { ClaimedJob, JobLease } from "../ports/job-store.ts";
import { type WorkOrder, workOrderSchema } from "../protocols/job-protocol.ts";
import type { JobServiceDeps } from "./deps.ts";

/**
 * Everything that the work needs, with the credential of this claim. Null when the job ended here, because its part has
 * the result already or no processor could do the work; it would otherwise return until its attempts are used up.
 */
export async function workOrder(deps: JobServiceDeps, claimed: ClaimedJob): Promise<WorkOrder | null> {
  const { job, leaseToken } = claimed;
  const now = deps.now();
  const fail = async (failure: Failure) => {
    await failForGood(deps, job, { kind: "lease", jobId: job.jobId, leaseToken }, failure, now);
    return null;
  };
  const post = await deps.posts.load(job.videoPostId);
  const file = post === null ? undefined : versionsInProgress(post).find(({ id }) => id === job.fileId);
  if (post === null || file === undefined) return fail(PART_GONE);
  if (await completeFinishedJob(deps, claimed, post, now)) return null;
  const work =
    job.kind === "ENCRYPT"
      ? encryptWork(file)
      : await transcodeWork(deps, { jobId: job.jobId, leaseToken }, post, file);
  if (work.kind === "impossible") return fail(work.failure);
  const { jobId, kind, fileId, claimNo, attempt, maxAttempts } = job;
  const prefix = work.kind === "ENCRYPT" ? work.clearPrefix : clearPrefix(post.slug, jobId, claimNo);
  const credential = await deps.credentials.issue({ jobId, leaseToken, claimNo, kind, fileId, clearPrefix: prefix });
  const { leaseMs } = deps.rules;
  const order = { ...work, jobId, claimNo, attempt, maxAttempts, leaseMs, credential, clearPrefix: prefix };
  const checked = workOrderSchema.safeParse(order);
  return checked.success ? checked.data : fail(notValid(checked.error));
}

type Impossible = { readonly kind: "impossible"; readonly failure: Failure };

function impossible(failure: Failure): Impossible {
  return { kind: "impossible", failure };
}

/** Names the fields and never their values, which may be keys or URLs. */
function notValid({ issues }: z.ZodError): Failure {
  const fields = issues.map(({ path }) => path.join(".")).join(", ");
  const reason = `The work order of this job is not valid (${fields}). This is a fault of the service: report it.`;
  return { code: "internal", reason };
}

const PART_GONE: Failure = { code: "part-gone", reason: "The video of this job is no longer there." };
const NOTHING_CLEAR: Failure = {
  code: "clear-renditions-gone",
  reason: "There are no clear renditions to encrypt. Upload the video again.",
};
const UPLOAD_EMPTY: Failure = { code: "source-empty", reason: "The uploaded file is empty. Upload it again." };
const UPLOAD_GONE: Failure = { code: "upload-gone", reason: "The uploaded file is no longer there. Upload it again." };
const URL_GONE: Failure = {
  code: "source-url-gone",
  reason: "The URL of the source is no longer stored. Create a new post with it.",
};
const IMPORT_GONE: Failure = {
  code: "import-gone",
  reason: "What was imported is no longer there. Import it again, under another id.",
};

async function transcodeWork(deps: JobServiceDeps, lease: JobLease, post: VideoPost, file: VideoFile) {
  const source = await sourceOf(deps, lease, file);
  if (source.kind === "impossible") return source;
  return { kind: "TRANSCODE", resourceType: post.resourceType, fileName: file.fileName, source } as const;
}

async function sourceOf(deps: JobServiceDeps, lease: JobLease, file: VideoFile) {
  if (file.source.kind === "imported") return singleKeyWork(deps, lease, file);
  if (file.source.kind === "url") {
    const url = await deps.secrets.sourceSecret(lease, file);
    return url === null ? impossible(URL_GONE) : { kind: "url" as const, url };
  }
  const upload = await deps.uploads.findForJob(file.source.uploadId);
  if (upload === null || upload.size === null) return impossible(UPLOAD_GONE);
  if (upload.size === 0) return impossible(UPLOAD_EMPTY);
  const { tempPath: prefix, size, sha256, maxDurationSeconds } = upload;
  return {
    ...{ kind: "upload" as const, prefix, size },
    ...(sha256 === null ? {} : { sha256 }),
    ...(maxDurationSeconds === null ? {} : { maxDurationSeconds }),
  };
}

/** Includes the single key, for the holder of the lease alone. */
async function singleKeyWork({ secrets }: JobServiceDeps, lease: JobLease, file: VideoFile) {
  const { singleKey } = file;
  const key = singleKey === null ? null : await secrets.sourceSecret(lease, file);
  if (singleKey === null || key === null) return impossible(IMPORT_GONE);
  const renditions = singleKey.renditions.map((rendition) => ({ ...rendition }));
  return { kind: "single-key" as const, prefix: singleKey.prefix, key, renditions };
}

function encryptWork({ clear, durationSeconds, variants }: VideoFile) {
  const made = variants.find(({ transcodeJobId }) => transcodeJobId === clear?.transcodeJobId);
  if (clear === null || durationSeconds === null || made === undefined) return impossible(NOTHING_CLEAR);
  const copies = made.variants.map((variant) => ({ ...variant }));
  return { kind: "ENCRYPT", clearPrefix: clear.prefix, durationSeconds, variants: copies } as const;
}
