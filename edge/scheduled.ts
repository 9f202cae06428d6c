import { continueKeyRotations } from "../shared/application/commands/continue-key-rotations.ts";
import { deleteEndedKeys } from "../shared/application/commands/delete-ended-keys.ts";
import { recordUnknownVideos } from "../shared/application/commands/record-published-video.ts";
import { continueRekey } from "../shared/application/commands/request-rekey.ts";
import { scanJobs } from "../shared/application/commands/scan-jobs.ts";
import { runIsolated } from "../shared/application/isolated-steps.ts";
import { expireAuditEvents } from "./audit/expire-events.ts";
import type { Context } from "./context.ts";
import { dispatchEvents } from "./events/outbox.ts";
import { advanceLaunches } from "./launchers/advance-launches.ts";
import { logError } from "./log/log.ts";
import { expireUploadTokens, finishTokenUploads } from "./uploads/finish-token-uploads.ts";
import { removeExpiredUploads } from "./uploads/remove-uploads.ts";
import { eventTimes } from "./webhooks/event-times.ts";
import { expireWebhooks } from "./webhooks/expire-webhooks.ts";
import { queueDueDeliveries } from "./webhooks/queue-deliveries.ts";

/** Below a Worker's limit of subrequests, at a few requests each. */
const UPLOADS_PER_SWEEP = 50;
/** In one read and one write; about 1 MB of the longest titles. */
const TITLES_PER_SWEEP = 500;

const EXPIRED_KEYS_PER_SWEEP = 1000;
/** Posts of earlier releases that enter the library per minute, at seven statements each. */
const VIDEOS_PER_SWEEP = 5;

/** The work of the Cron Trigger, every minute. Failures are logged by step, and the invocation counts as failed. */
export async function runScheduled(context: Context): Promise<void> {
  const { uploads, env, settings, serviceState, now } = context;
  try {
    await runIsolated({
      mark: () => serviceState.record("cron", now()),
      tokenPosts: () => finishTokenUploads(context),
      titles: () => context.foldedTitles.complete(TITLES_PER_SWEEP),
      scan: () => scanJobs(context, now()),
      migration: () => continueRekey(context, settings.MIGRATION_MAX_IN_FLIGHT, now()),
      uploads: () => removeExpiredUploads({ uploads, source: env.SOURCE }, eventTimes(context), UPLOADS_PER_SWEEP),
      uploadTokens: () => expireUploadTokens(context),
      idempotency: () => context.idempotency.deleteExpired(now(), EXPIRED_KEYS_PER_SWEEP),
      audit: () => expireAuditEvents(context, now()),
      keys: () => deleteEndedKeys(context, now()),
      webhooks: () => queueDueDeliveries(context),
      oldWebhooks: () => expireWebhooks(context, now()),
      library: () => recordUnknownVideos(context, VIDEOS_PER_SWEEP),
      rotations: () => continueKeyRotations(context, now()),
      launches: () => advanceLaunches(context),
      // Last, so that it also handles what the steps before it have raised.
      outbox: () => dispatchEvents(context),
    });
  } catch (error) {
    logError("scheduled", error);
    // Not the error itself: the platform would log its parameters.
    throw new Error("steps of the Cron Trigger failed");
  }
}
