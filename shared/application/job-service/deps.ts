import type { JobRules } from "../../domain/job/transcode-job.ts";
import type { Persistence } from "../persistence.ts";
import type { Progress } from "../protocols/job-protocol.ts";
import type { JobCredentials, JobHolder } from "./job-credentials.ts";
import type { JobSecrets } from "./job-secrets.ts";

type Stores =
  | "posts"
  | "jobs"
  | "uploads"
  | "pending"
  | "prefixes"
  | "revocations"
  | "rekeys"
  | "rotationBatches"
  | "rotationSteps"
  | "serviceState";

/** Work that no caller waits for. The scan or the Cron Trigger repeats what fails. */
export type FollowUp = "rotation" | "discard-claim";

export type JobServiceDeps = Pick<Persistence, Stores> & {
  readonly secrets: JobSecrets;
  readonly rules: JobRules;
  /** How long replaced keys are served where a rotation does not say. */
  readonly keyGraceSeconds: number;
  readonly rekeyMaxInFlight: number;
  readonly credentials: JobCredentials;
  readonly now: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Shows live progress. False where a later claim of the job has reported: then it is ignored. */
  readonly reportProgress: (holder: JobHolder, progress: Progress) => Promise<boolean>;
  /** Deletes everything under these prefixes, in its own time. */
  readonly deleteObjects: (prefixes: readonly string[]) => Promise<void>;
  /** Keeps `work` alive after the call has been answered, and logs its failure under this name. */
  readonly later: (name: FollowUp, work: Promise<unknown>) => void;
};
