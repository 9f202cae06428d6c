import type { EncoderJobState } from "../../domain/encoder-job.ts";

/** Jobs of the encoder API. `VideoPostRepository.save` writes them, each with its post. */
export interface EncoderJobs {
  /** By the bare id. One read: the job with its part and the state of both jobs at one moment. */
  find(jobId: string): Promise<EncoderJobState | null>;
}
