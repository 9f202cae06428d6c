import { continueKeyRotationOf, type RotationDeps } from "../../shared/application/commands/continue-key-rotations.ts";
import type { TranscodeJob } from "../../shared/domain/job/transcode-job.ts";
import type { Context } from "../context.ts";
import { logError } from "../log/log.ts";

/** Runs after the response to the request that ended the job. The Cron Trigger repeats what fails here. */
export function continueRotationSoon(
  deps: RotationDeps & Pick<Context, "now">,
  execution: Pick<ExecutionContext, "waitUntil">,
  { kind, fileId }: Pick<TranscodeJob, "kind" | "fileId">,
): void {
  if (kind !== "ENCRYPT") return;
  execution.waitUntil(continueKeyRotationOf(deps, fileId, deps.now()).catch((error) => logError("rotation", error)));
}
