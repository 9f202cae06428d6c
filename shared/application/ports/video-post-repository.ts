import type { EncoderJob } from "../../domain/encoder/encoder-job.ts";
import type { Failure } from "../../domain/job/failure.ts";
import type { PostTrace } from "../../domain/post/post-trace.ts";
import type { Change, VideoPost } from "../../domain/post/video-post.ts";
import type { IdempotencyClaim, StoredAnswer } from "./idempotency-store.ts";

/** A condition on a job that must hold at the moment of the save; otherwise nothing of the save is written. */
export type SaveFence =
  /** The job is RUNNING under this lease. */
  | { readonly kind: "lease"; readonly jobId: string; readonly leaseToken: string }
  /** The job is RUNNING and its lease has expired. */
  | { readonly kind: "expired-lease"; readonly jobId: string; readonly now: number }
  /** The job has not ended. */
  | { readonly kind: "live-job"; readonly jobId: string }
  /** The job waits for a processor. */
  | { readonly kind: "waiting-job"; readonly jobId: string }
  /** The job has ended in this state and is the newest of its part and kind. */
  | { readonly kind: "ended-job"; readonly jobId: string; readonly state: "FAILED" | "CANCELLED" };

/** What the save does with the job of its fence. */
export type JobEnd =
  | { readonly kind: "keep" }
  | { readonly kind: "succeed" }
  | ({ readonly kind: "fail" } & Failure)
  /** CANCELLED. The lease token stays, so that the holder learns of it at its next heartbeat or result. */
  | { readonly kind: "cancel" }
  /** QUEUED again with all its attempts. The claim number is not reset. */
  | { readonly kind: "requeue" };

export type SaveOptions = { readonly fence: SaveFence; readonly jobEnd: JobEnd };

/** "upload-used": another part has been made of one of the uploads. */
export type SaveOutcome = "saved" | "conflict" | "lease-lost" | "upload-used";

/** `from` is the post as it was loaded; null for a new one. Every command has a `trace`. */
export type Save = Change & {
  readonly from: VideoPost | null;
  readonly trace?: PostTrace;
  readonly receipt?: Receipt;
  /** Of a post that a request of the encoder API creates. */
  readonly encoderJob?: EncoderJob;
};

/**
 * Of a request with an Idempotency-Key. The save stores its answer, and is refused like one whose lease is lost where
 * another request has taken the key over.
 */
export type Receipt = { readonly claim: IdempotencyClaim; readonly answer: StoredAnswer | null };

export interface VideoPostRepository {
  load(videoPostId: string): Promise<VideoPost | null>;
  /**
   * One atomic save of `save.post` as version + 1 of `save.from`, with its events and jobs. Only rows that differ
   * between the two are written.
   */
  save(save: Save, now: number, options?: SaveOptions): Promise<SaveOutcome>;
}
