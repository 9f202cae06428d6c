import type { TranscodeJob } from "../../domain/job/transcode-job.ts";
import type { VideoFile } from "../../domain/part/video-file.ts";
import type { JobLease } from "../ports/job-store.ts";
import type { ContentKeys } from "../protocols/job-protocol.ts";
import type { JobOutcome } from "./job-service.ts";

/** A job that this lease holds. */
export type LeasedJob = { readonly job: TranscodeJob; readonly leaseToken: string };

/**
 * What a job needs of what is stored wrapped. In the Worker the vault unwraps it; a processor asks the Worker, which
 * checks the lease in the database.
 */
export interface JobSecrets {
  /** The URL of the source, or the one key of imported content in base64. Null if it is no longer stored. */
  sourceSecret(lease: JobLease, part: VideoFile): Promise<string | null>;
  /** Keys of a RUNNING encrypt job: made and staged by the first call, the same for every claim of the job. */
  contentKeys(leased: LeasedJob): Promise<JobOutcome<ContentKeys>>;
}
