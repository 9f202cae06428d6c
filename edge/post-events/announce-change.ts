import type { DomainEvent } from "../../shared/domain/events/domain-event.ts";
import type { Context } from "../context.ts";
import { logError } from "../log/log.ts";
import { watchJobs } from "./open-post-stream.ts";

/**
 * Brings the listeners of a post the news that it has changed. A lost one is no fault of the event: a listener whose
 * object is away is cut off, and reads the post when it connects again.
 */
export async function announceChange(
  { videoPostId, version }: Pick<DomainEvent, "videoPostId" | "version">,
  deps: Pick<Context, "env" | "jobs" | "now">,
): Promise<void> {
  try {
    const isHeard = await deps.env.POST_EVENTS.getByName(videoPostId).changed(version);
    // The change may have created jobs.
    if (isHeard) await watchJobs(deps, videoPostId);
  } catch (error) {
    logError("post-events", error, { videoPostId });
  }
}
