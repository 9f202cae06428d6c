import type { EncoderJobState, EncoderStatus } from "../../domain/encoder/encoder-job.ts";
import type { ResourceType } from "../../domain/post/video-post.ts";

/** Jobs of the encoder API. `VideoPostRepository.save` writes them, each with its post. */
export interface EncoderJobs {
  /** By the bare id. One read: the job with its part and the state of both jobs at one moment. */
  find(jobId: string): Promise<EncoderJobState | null>;
  /** The job that created this post; null for any other post. */
  ofPost(videoPostId: string): Promise<EncoderJobState | null>;
  /**
   * One page, without jobs whose post is deleted. A page reads a bounded number of jobs whatever the filter is, so it may
   * have fewer items than `limit`, or none, although others follow.
   */
  list(query: EncoderJobQuery): Promise<EncoderJobPage>;
}

/** A field that is left out does not filter. */
export type EncoderJobFilter = {
  /** As the database has it: the stage of a running job is that of its last heartbeat. */
  readonly status?: EncoderStatus | undefined;
  readonly slug?: string | undefined;
  readonly resourceType?: ResourceType | undefined;
  readonly callerId?: string | undefined;
  /** Milliseconds since the epoch: the range includes `createdFrom` and excludes `createdBefore`. */
  readonly createdFrom?: number | undefined;
  readonly createdBefore?: number | undefined;
};

export type EncoderJobQuery = {
  readonly filter: EncoderJobFilter;
  readonly order: "newest-first" | "oldest-first";
  /** `next` of the previous page; null for the first page. */
  readonly after: string | null;
  readonly limit: number;
};

export type EncoderJobPage = { readonly items: readonly EncoderJobState[]; readonly next: string | null };
