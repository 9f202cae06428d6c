import type { DomainEvent } from "../shared/domain/domain-event.ts";
import { uploadPrefix } from "../shared/domain/object-keys.ts";
import type { Context } from "./context.ts";
import { inBothBuckets, queueDeletions } from "./delete-objects.ts";
import { queueReplaced } from "./delete-replaced.ts";
import type { DeleteObjectsMessage } from "./env.ts";
import { logError } from "./log.ts";

const DISPATCH_BATCH = 50;

/**
 * Performs the side effects of saved events. A save is marked when all of its effects are queued, so an interruption
 * repeats some of them. The effects are deletions, which may be repeated.
 */
export async function dispatchEvents(context: Context): Promise<number> {
  const { outbox, uploads, env, now } = context;
  const waiting = await outbox.listUndispatched(DISPATCH_BATCH);
  for (const { videoPostId, version, events } of waiting) {
    const dropped = await uploads.dropUnneeded(events.flatMap(uploadsOf));
    const messages = [...dropped.map(deletionOfUpload), ...events.flatMap(deletionsOf)];
    await queueDeletions(env, messages);
    for (const event of events) {
      if (event.type === "PlayedVersionReplaced") await queueReplaced(context, event.prefix, event.keysEnd);
    }
    await outbox.markDispatched({ videoPostId, version }, now());
  }
  return waiting.length;
}

/** Runs after the response is sent. The Cron Trigger repeats what fails here. */
export function dispatchSoon(context: Context, execution: Pick<ExecutionContext, "waitUntil">): void {
  execution.waitUntil(dispatchEvents(context).catch((error) => logError("outbox", error)));
}

function uploadsOf(event: DomainEvent): readonly string[] {
  return "uploadIds" in event ? event.uploadIds : [];
}

function deletionOfUpload(uploadId: string): DeleteObjectsMessage {
  return { bucket: "SOURCE", prefix: uploadPrefix(uploadId) };
}

/** Beside the uploads, which are deleted once their post has passed its audit or is deleted. */
function deletionsOf(event: DomainEvent): DeleteObjectsMessage[] {
  switch (event.type) {
    case "VideoAuditPassed":
    case "VideoAuditRejected":
    case "PlayedVersionReplaced":
      return [];
    case "SingleKeyContentMigrated":
      return event.prefixes.map((prefix) => ({ bucket: "SOURCE", prefix }));
    case "VideoPostDeleted":
      return event.prefixes.flatMap(inBothBuckets);
    default:
      return event satisfies never;
  }
}
