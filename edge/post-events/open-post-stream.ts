import type { Context } from "../context.ts";
import { readAttachResponse } from "../encoder/events/attach-response.ts";
import { LONGEST_STREAM_MS } from "../encoder/events/limits.ts";
import { type Refusal, refused } from "../http/refusal.ts";

type Deps = Pick<Context, "env" | "jobs" | "now">;

export type OpenedPostStream =
  | { readonly kind: "stream"; readonly stream: ReadableStream<Uint8Array> }
  | Refusal<"too-many-requests" | "unavailable">;

/** A stream of what happens to the post from now on. */
export async function openPostStream(deps: Deps, videoPostId: string, owner: string): Promise<OpenedPostStream> {
  const body = JSON.stringify({ owner, lastEventId: null, until: deps.now() + LONGEST_STREAM_MS });
  const object = deps.env.POST_EVENTS.getByName(videoPostId);
  const answer = await readAttachResponse(await object.fetch("https://events/", { method: "POST", body }));
  if (answer.kind === "full") return refused("unavailable", "This post has as many listeners as it can have.");
  if (answer.kind === "too-many") return refused("too-many-requests", "The caller has too many streams of this post.");
  if (answer.kind !== "stream") throw new Error(`an object of a post has answered ${answer.kind}`);
  await watchJobs(deps, videoPostId);
  return answer;
}

/** Of the newest jobs: a part has one at a time. */
const MOST_JOBS = 100;
const ENDED: ReadonlySet<string> = new Set(["SUCCEEDED", "FAILED", "CANCELLED"]);

/** From now on the objects of the post's jobs forward their progress to its listeners. */
export async function watchJobs({ env, jobs, now }: Deps, videoPostId: string): Promise<void> {
  const newest = await jobs.list({ videoPostId, limit: MOST_JOBS });
  const fileIds = new Set(newest.filter(({ state }) => !ENDED.has(state)).map(({ fileId }) => fileId));
  const watched = { videoPostId, until: now() + LONGEST_STREAM_MS };
  await Promise.all([...fileIds].map((fileId) => env.JOB_EVENTS.getByName(fileId).watch(watched)));
}
