import type { TranscodeJob } from "../../domain/transcode-job.ts";
import { continueKeyRotationOf } from "../commands/continue-key-rotations.ts";
import type { JobServiceDeps } from "./deps.ts";

/** A batch that waits for an encrypt job starts with its next part when the job ends. */
export function continueRotationLater(deps: JobServiceDeps, { kind, fileId }: TranscodeJob): void {
  if (kind === "ENCRYPT") deps.later("rotation", continueKeyRotationOf(deps, fileId, deps.now()));
}

/** After a recorded result. */
export function followUp(deps: JobServiceDeps, job: TranscodeJob): void {
  deps.later("outbox", deps.dispatchEvents());
  continueRotationLater(deps, job);
}
