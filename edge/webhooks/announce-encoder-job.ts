import type { DomainEvent } from "../../shared/domain/domain-event.ts";
import { type EncoderWebhook, encoderJobName } from "../../shared/domain/encoder-job.ts";
import { webhookIdOf } from "../../shared/domain/webhook-event.ts";
import type { Context } from "../context.ts";
import { jobView } from "../encoder/job-view.ts";
import { eventTimes } from "./event-times.ts";

type Ended = Extract<DomainEvent, { readonly type: "VideoPartReady" | "VideoJobFailed" | "VideoJobCancelled" }>;
type Deps = Pick<Context, "encoderJobs" | "webhookDeliveries" | "settings" | "now">;

/**
 * Stores the delivery of the end of an encoder job to its `webhookUrl`. The body is the job as it is then, without a
 * token, and without warnings, which may be long. A repetition finds the delivery stored.
 */
export async function announceEncoderJob(event: Ended, deps: Deps): Promise<void> {
  const type = meaningOf(event);
  if (type === null) return;
  const job = await deps.encoderJobs.ofPost(event.videoPostId);
  if (job === null || job.webhookUrl === null || job.part.fileIndex !== event.fileIndex) return;
  const { securePlaybackUrl: _, warnings: __, ...view } = await jobView(null, job, null);
  const data = type === "job-completed" ? { ...view, status: "completed" } : view;
  const body = JSON.stringify({ type, timestamp: new Date(event.at).toISOString(), data });
  const delivery = { id: `${webhookIdOf(event.id, 0)}_job`, type, at: event.at, body };
  await deps.webhookDeliveries.createForJob(encoderJobName(job.jobId), delivery, eventTimes(deps));
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
