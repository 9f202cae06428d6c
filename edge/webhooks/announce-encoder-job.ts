import { type EncoderWebhook, encoderJobName } from "../../shared/domain/encoder/encoder-job.ts";
import type { DomainEvent } from "../../shared/domain/events/domain-event.ts";
import { failureCodeOf } from "../../shared/domain/job/failure.ts";
import { webhookIdOf } from "../../shared/domain/webhooks/webhook-event.ts";
import type { Context } from "../context.ts";
import { jobView } from "../encoder/job-view.ts";
import { eventTimes } from "./event-times.ts";

type Ended = Extract<DomainEvent, { readonly type: "VideoPartReady" | "VideoJobFailed" | "VideoJobCancelled" }>;
type Deps = Pick<Context, "encoderJobs" | "webhookDeliveries" | "settings" | "now">;

/**
 * Stores the delivery of the end of an encoder job to its `webhookUrl`. The body is the job with this end, also where a
 * retry has followed, without a token, and without warnings, which may be long. A repetition finds the delivery stored.
 */
export async function announceEncoderJob(event: Ended, deps: Deps): Promise<void> {
  const type = meaningOf(event);
  if (type === null) return;
  const job = await deps.encoderJobs.ofPost(event.videoPostId);
  if (job === null || job.webhookUrl === null || job.part.fileIndex !== event.fileIndex) return;
  // The end is that of another source.
  if (job.part.isReplaced) return;
  const { securePlaybackUrl: _, warnings: __, ...view } = await jobView(null, job, null);
  const data = { ...view, status: STATUSES[type], stage: null, failure: failureOf(event) };
  const body = JSON.stringify({ type, timestamp: new Date(event.at).toISOString(), data });
  const delivery = { id: `${webhookIdOf(event.id, 0)}_job`, type, at: event.at, body };
  await deps.webhookDeliveries.createForJob(encoderJobName(job.jobId), delivery, eventTimes(deps));
}

/** In the payload of a completed job the status is in lower case, as in its event of the stream. */
const STATUSES = { "job-completed": "completed", "job-failed": "FAILED", "job-cancelled": "CANCELLED" } as const;

function failureOf(event: Ended) {
  return event.type === "VideoJobFailed" ? { code: failureCodeOf(event.code), message: event.reason } : null;
}

function meaningOf(event: Ended): EncoderWebhook | null {
  switch (event.type) {
    case "VideoPartReady":
      return "job-completed";
    case "VideoJobFailed":
      return event.effect === "part-failed" ? "job-failed" : null;
    case "VideoJobCancelled":
      return "job-cancelled";
    default:
      return event satisfies never;
  }
}
