import { type EncoderJobState, encoderStatus } from "../../shared/domain/encoder/encoder-job.ts";
import type { Context } from "../context.ts";
import { endOf } from "./events/claim-order.ts";
import { knownStateOf } from "./known-state.ts";
import type { UrlIssuing } from "./playback/playback-urls.ts";

export type DeliverDeps = Pick<Context, "env" | "encoderJobs"> & UrlIssuing;

/**
 * Brings the present state of the post's encoder job to its listeners. Repeated and late deliveries change nothing, so
 * every event that may have changed the state causes one.
 */
export async function deliverState(
  { videoPostId }: { readonly videoPostId: string },
  deps: DeliverDeps,
): Promise<void> {
  const job = await deps.encoderJobs.ofPost(videoPostId);
  if (job !== null) await deliverJob(deps, job);
}

async function deliverJob(deps: DeliverDeps, job: EncoderJobState): Promise<void> {
  const { JOB_EVENTS, CALLER_EVENTS } = deps.env;
  const state = await knownStateOf(deps, job);
  const object = JOB_EVENTS.getByName(job.fileId);
  await object.settle(state);
  const isWanted = await CALLER_EVENTS.getByName(job.callerId).settle(state);
  if (isWanted && endOf(encoderStatus(job)) === null) await object.follow(state);
}
