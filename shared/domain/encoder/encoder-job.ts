import { isUuid } from "../../lib/random-id.ts";
import type { JobStage, TranscodeJob } from "../job/transcode-job.ts";
import type { VideoFile } from "../part/video-file.ts";
import type { PostMetadata } from "../post/post-metadata.ts";
import type { ResourceType } from "../post/video-post.ts";
import type { AbrVariant } from "../quality/rendition.ts";

/** Of a job of the encoder API, which spans the transcode job and the encrypt job of its part. */
export const ENCODER_STATUSES = [
  "DOWNLOADING",
  "ENCODING",
  "UPLOADING_TO_CLOUD_STORAGE",
  "COMPLETED",
  "FAILED",
  "CANCELLED",
] as const;
export type EncoderStatus = (typeof ENCODER_STATUSES)[number];

/** What a request of the encoder API creates beside its post. */
export type EncoderJob = {
  /** The bare id of the part's first transcode job. A retry keeps it. */
  readonly jobId: string;
  readonly videoPostId: string;
  readonly fileId: string;
  readonly slug: string;
  readonly title: string;
  readonly resourceType: ResourceType;
  readonly callerId: string;
  readonly webhookUrl: string | null;
  readonly createdAt: number;
};

/** One of the two jobs of a part. */
export type JobOfPart = Pick<
  TranscodeJob,
  | "jobId"
  | "state"
  | "stage"
  | "claimNo"
  | "attempt"
  | "maxAttempts"
  | "progress"
  | "failCode"
  | "failReason"
  | "finishedAt"
>;

export type EncodedPart = Pick<VideoFile, "fileIndex" | "durationSeconds" | "warnings" | "playing"> & {
  /** Of what plays, before that of the clear renditions; empty before them. */
  readonly variants: readonly AbrVariant[];
  /** The part has another source since: it plays that one now, or once it is ready. */
  readonly isReplaced: boolean;
};

/** An encoder job with what the database knows about its progress. */
export type EncoderJobState = EncoderJob & {
  readonly metadata: PostMetadata;
  readonly passthrough: string | null;
  /** The post was deleted, or the part removed. */
  readonly isDeleted: boolean;
  /** Of the post: it grows with every save. */
  readonly postVersion: number;
  readonly part: EncodedPart;
  /** The newest one. */
  readonly transcode: JobOfPart;
  /** The one that encrypts the renditions of `transcode` for the first time. A rotation is none of them. */
  readonly encrypt: JobOfPart | null;
};

const PREFIX = "job-";

export function encoderJobName(jobId: string): string {
  return `${PREFIX}${jobId}`;
}

/** The bare id; null where the text is no name of an encoder job. */
export function readEncoderJobName(text: string): string | null {
  const jobId = text.startsWith(PREFIX) ? text.slice(PREFIX.length) : "";
  return isUuid(jobId) ? jobId : null;
}

/** The one of the two that runs, waits or has ended last. */
export function presentJob({ transcode, encrypt }: Pick<EncoderJobState, "transcode" | "encrypt">): JobOfPart {
  return encrypt ?? transcode;
}

/** `stage`: that of a newer report than the database has. */
export function encoderStatus(
  job: Pick<EncoderJobState, "part" | "transcode" | "encrypt">,
  stage: JobStage | null = presentJob(job).stage,
): EncoderStatus {
  if (job.part.playing !== null) return "COMPLETED";
  const { state } = presentJob(job);
  if (state === "FAILED" || state === "CANCELLED") return state;
  if (job.encrypt !== null || job.transcode.state === "SUCCEEDED") return "UPLOADING_TO_CLOUD_STORAGE";
  return state === "RUNNING" ? statusOfStage(stage) : "DOWNLOADING";
}

function statusOfStage(stage: JobStage | null): EncoderStatus {
  switch (stage) {
    case null:
    case "DOWNLOADING":
    case "PROBING":
      return "DOWNLOADING";
    case "ENCODING":
      return "ENCODING";
    case "UPLOADING":
    case "ENCRYPTING":
    case "VERIFYING":
      return "UPLOADING_TO_CLOUD_STORAGE";
    default:
      return stage satisfies never;
  }
}

/** What the status does not name: `QUEUED` while no processor works on the job, null once it has ended. */
export type EncoderStage = JobStage | "QUEUED";

export function encoderStage(
  job: Pick<EncoderJobState, "part" | "transcode" | "encrypt">,
  stage: JobStage | null = presentJob(job).stage,
): EncoderStage | null {
  if (isEnded(encoderStatus(job))) return null;
  if (presentJob(job).state !== "RUNNING") return "QUEUED";
  return stage ?? (job.encrypt === null ? "DOWNLOADING" : "ENCRYPTING");
}

export function isEnded(status: EncoderStatus): status is "COMPLETED" | "FAILED" | "CANCELLED" {
  return status === "COMPLETED" || status === "FAILED" || status === "CANCELLED";
}

/** `slug/id of the transcode job/`, the folder of what plays. */
export function encodedFolder({ playing }: Pick<VideoFile, "playing">): string | null {
  return playing === null ? null : `${playing.prefix.split("/", 2).join("/")}/`;
}

/** What a job sends to its `webhookUrl`; named like the events of the stream. */
export const ENCODER_WEBHOOKS = ["job-completed", "job-failed", "job-cancelled"] as const;
export type EncoderWebhook = (typeof ENCODER_WEBHOOKS)[number];
