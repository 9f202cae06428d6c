import { and, asc, eq, isNull } from "drizzle-orm";
import type { DomainEvent } from "../shared/domain/domain-event.ts";
import { uploadPrefix } from "../shared/domain/object-keys.ts";
import { videoPostRevision } from "../shared/persistence/d1/schema/video-post.ts";
import { dropUploads } from "./adapters/upload-sessions.ts";
import type { Context } from "./context.ts";
import { inBothBuckets, queueDeletions } from "./delete-objects.ts";
import { queueReplaced } from "./delete-replaced.ts";
import type { DeleteObjectsMessage } from "./env.ts";

const DISPATCH_BATCH = 50;

/**
 * Carries out what the events of past saves ask for. Each revision is marked when all of its effects are queued, so
 * an interruption repeats some; the effects are deletions, which may be repeated.
 */
export async function dispatchEvents(context: Context): Promise<number> {
  const { db, env, now } = context;
  const waiting = await db
    .select()
    .from(videoPostRevision)
    .where(isNull(videoPostRevision.dispatchedAt))
    .orderBy(asc(videoPostRevision.createdAt))
    .limit(DISPATCH_BATCH);
  for (const { videoPostId, version, events } of waiting) {
    const uploads = await dropUploads(db, events.flatMap(uploadsOf));
    const messages = [...uploads.map(deletionOfUpload), ...events.flatMap(deletionsOf)];
    await queueDeletions(env, messages);
    for (const event of events) {
      if (event.type === "PlayedVersionReplaced") await queueReplaced(context, event.prefix, event.keysEnd);
    }
    await db
      .update(videoPostRevision)
      .set({ dispatchedAt: now() })
      .where(and(eq(videoPostRevision.videoPostId, videoPostId), eq(videoPostRevision.version, version)));
  }
  return waiting.length;
}

/** After the answer has gone out. What fails here is found again by the Cron Trigger. */
export function dispatchSoon(context: Context, execution: Pick<ExecutionContext, "waitUntil">): void {
  execution.waitUntil(
    dispatchEvents(context).catch((error) => console.error(JSON.stringify({ at: "outbox", error: String(error) }))),
  );
}

function uploadsOf(event: DomainEvent): readonly string[] {
  return "uploadIds" in event ? event.uploadIds : [];
}

function deletionOfUpload(uploadId: string): DeleteObjectsMessage {
  return { bucket: "SOURCE", prefix: uploadPrefix(uploadId) };
}

/** Beside uploads, which go once a post has passed its audit or was deleted: with a deleted post everything goes. */
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
