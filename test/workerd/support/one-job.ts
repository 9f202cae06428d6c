import { expect } from "vitest";
import { decideAndSave } from "../../../shared/application/decide-and-save.ts";
import {
  type ClaimOneReply,
  claimOneReplySchema,
  type WorkOrder,
} from "../../../shared/application/protocols/job-protocol.ts";
import { secretId } from "../../../shared/lib/random-id.ts";
import { database } from "./inspection.ts";
import { call } from "./published-post.ts";
import { testEnv } from "./test-env.ts";
import type { TestWorker } from "./worker.ts";

/* Steps about one job that is known by its id. */

export const PROCESSOR = { authorization: `Bearer ${testEnv.PROCESSOR_TOKEN}` };

export async function claimOne(
  worker: TestWorker,
  jobId: string,
  leaseToken = secretId(),
  headers: HeadersInit = PROCESSOR,
): Promise<ClaimOneReply> {
  const body = JSON.stringify({ leaseToken, owner: "container" });
  const response = await worker.fetch(`/internal/jobs/${jobId}/claim`, { method: "POST", headers, body });
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
  return claimOneReplySchema.parse(await response.json());
}

export async function claimed(worker: TestWorker, jobId: string): Promise<WorkOrder> {
  const reply = await claimOne(worker, jobId);
  if (reply.outcome !== "claimed") throw new Error(JSON.stringify(reply));
  return reply.order;
}

export async function fail(worker: TestWorker, order: WorkOrder, permanent = true): Promise<void> {
  expect((await call(worker, order, "fail", { reason: "It broke.", permanent })).status).toBe(200);
}

export function jobsOf({ context }: TestWorker, videoPostId: string) {
  return context.jobs.list({ videoPostId, limit: 100 });
}

export async function newestJob(worker: TestWorker, videoPostId: string): Promise<string> {
  return (await jobsOf(worker, videoPostId))[0]!.jobId;
}

export async function onlyPart({ context }: TestWorker, videoPostId: string) {
  return (await context.posts.load(videoPostId))!.files[0]!;
}

/** Key versions of the only part with their states, those that a load leaves out as well, such as "1 REVOKED". */
export async function keyStates(videoPostId: string): Promise<string[]> {
  const files = await database.rows("video_file_post", { video_id: videoPostId });
  const keys = await database.rows("video_hls_encrypt_key", { file_id: files.map(({ id }) => id) });
  const inOrder = keys.toSorted((one, other) => Number(one.key_version) - Number(other.key_version));
  return [...new Set(inOrder.map(({ key_version, status }) => `${key_version} ${status}`))];
}

/** One more job of the only part. What followed from the step before may still be saving the post: then once more. */
export async function addJob(
  { context: { posts, now } }: TestWorker,
  videoPostId: string,
  job: { readonly jobId: string; readonly kind: "TRANSCODE" | "ENCRYPT" },
): Promise<void> {
  const outcome = await decideAndSave(posts, videoPostId, { actor: "tester", action: "job.retry" }, now(), (post) => {
    const jobs = [{ ...job, fileId: post.files[0]!.id }];
    return { kind: "changed", change: { post, events: [], jobs }, value: undefined };
  });
  expect(outcome.kind).toBe("done");
}

/** Each test begins with an empty queue, and without posts for which a scan would fill it. */
export async function emptyQueue(): Promise<void> {
  await database.change("video_transcode_job", { state: "CANCELLED", lease_token: null });
  const files = await database.rows("video_file_post");
  const unfinished = files.filter(({ encrypt_status }) => encrypt_status !== "ENCRYPTED");
  const id = unfinished.map(({ video_id }) => video_id);
  await database.change("video_post", { status: "DELETED", deleted_at: 1 }, { id });
}
