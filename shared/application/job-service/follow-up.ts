import type { TranscodeJob } from "../../domain/job/transcode-job.ts";
import { continueKeyRotationOf } from "../commands/continue-key-rotations.ts";
import type { JobServiceDeps } from "./deps.ts";

/** Starts the next part of the batch that waited for this encrypt job. */
export function continueRotationLater(deps: JobServiceDeps, { kind, fileId }: TranscodeJob): void {
  if (kind === "ENCRYPT") deps.later("rotation", continueKeyRotationOf(deps, fileId, deps.now()));
}
