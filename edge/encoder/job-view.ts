import {
  type EncodedPart,
  type EncoderJobState,
  encodedFolder,
  encoderJobName,
  encoderStatus,
  isEnded,
  presentJob,
} from "../../shared/domain/encoder/encoder-job.ts";
import { encoderProgress } from "../../shared/domain/encoder/encoder-progress.ts";
import type { JobProgress } from "../../shared/domain/job/transcode-job.ts";
import { variantAlias } from "../../shared/domain/quality/quality.ts";
import type { EncoderJobView } from "../api/definitions/encoder/encoder.ts";
import { playbackUrls, type UrlIssuing } from "./playback/playback-urls.ts";

const BASE = "/api/v2/m3u8-encoder";
const REPLACED = "The source of this job was replaced. The part plays the new source, or will once that is ready.";

/**
 * A job as clients see it, in responses, lists, events and webhooks. `live`: the latest report of its processor; null
 * where there is none, and the database has the last one. `issuing`: for a securePlaybackUrl; null for none, as in lists.
 */
export async function jobView(
  issuing: UrlIssuing | null,
  job: EncoderJobState,
  live: JobProgress | null,
): Promise<EncoderJobView> {
  const { videoPostId, slug, title, resourceType, metadata, passthrough, part } = job;
  const { finishedAt } = presentJob(job);
  return {
    jobId: encoderJobName(job.jobId),
    ...encoderProgress(job, live),
    slug,
    title,
    resourceType,
    videoPostId,
    variants: variantsByName(part),
    ...(await playbackUrls(issuing, job)),
    keyPrefix: part.isReplaced ? null : encodedFolder(part),
    durationSeconds: part.durationSeconds,
    warnings: part.isReplaced ? [...part.warnings, REPLACED] : [...part.warnings],
    failure: failureOf(job),
    metadata,
    passthrough,
    ...jobAddresses(job.jobId),
    createdAt: timeOf(job.createdAt),
    finishedAt: finishedAt !== null && isEnded(encoderStatus(job)) ? timeOf(finishedAt) : null,
  };
}

export function jobAddresses(jobId: string) {
  const name = encoderJobName(jobId);
  return { statusUrl: `${BASE}/status/${name}`, jobUrl: `${BASE}/jobs/${name}` };
}

function variantsByName({ variants }: EncodedPart) {
  return Object.fromEntries(variants.map((variant) => [variantAlias(variant.quality), variant]));
}

function failureOf(job: EncoderJobState): EncoderJobView["failure"] {
  if (encoderStatus(job) !== "FAILED") return null;
  const { failCode, failReason } = presentJob(job);
  return { code: failCode ?? "unclassified", message: failReason ?? "The job failed without a reason." };
}

function timeOf(at: number): string {
  return new Date(at).toISOString();
}
