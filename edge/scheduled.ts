import { continueKeyRotations } from "../shared/application/commands/continue-key-rotations.ts";
import { deleteEndedKeys } from "../shared/application/commands/delete-ended-keys.ts";
import { continueMigration } from "../shared/application/commands/request-video-migration.ts";
import { scanJobs } from "../shared/application/commands/scan-jobs.ts";
import { runIsolated } from "../shared/application/isolated-steps.ts";
import { removeExpiredUploads } from "./adapters/remove-uploads.ts";
import { expireAuditEvents } from "./audit/expire-events.ts";
import type { Context } from "./context.ts";
import { dispatchEvents } from "./outbox.ts";

/** Under a Worker's limit of subrequests, at a few requests each. */
const UPLOADS_PER_SWEEP = 50;

/** What the Cron Trigger does every minute. A failure is logged by step, and the invocation counts as failed. */
export async function runScheduled(context: Context): Promise<void> {
  const { uploads, env, settings, now } = context;
  try {
    await runIsolated({
      outbox: () => dispatchEvents(context),
      scan: () => scanJobs(context, now()),
      migration: () => continueMigration(context, settings.MIGRATION_MAX_IN_FLIGHT, now()),
      uploads: () => removeExpiredUploads({ uploads, source: env.SOURCE }, now(), UPLOADS_PER_SWEEP),
      audit: () => expireAuditEvents(context, now()),
      keys: () => deleteEndedKeys(context, now()),
      rotations: () => continueKeyRotations(context, now()),
    });
  } catch (error) {
    const reasons = reasonsOf(error);
    for (const reason of reasons) console.error(JSON.stringify({ at: "scheduled", error: reason }));
    throw new Error(`${reasons.length} steps failed`);
  }
}

/** One line for each failure. Only the first line of a message: the further ones of a query hold its parameters. */
function reasonsOf(error: unknown, path = ""): string[] {
  if (error instanceof AggregateError) return error.errors.flatMap((inner) => reasonsOf(inner, path));
  const message = error instanceof Error ? (error.message.split("\n", 1)[0] ?? "") : String(error);
  const here = path === "" ? message : `${path}: ${message}`;
  return error instanceof Error && error.cause !== undefined ? reasonsOf(error.cause, here) : [here];
}
