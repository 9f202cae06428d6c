import { evictDurableObject } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import { EventReader } from "../../fixtures/event-stream.ts";
import { bearer, createKey } from "../support/admin-callers.ts";
import { emptyQueue } from "../support/one-job.ts";
import { call, claim, createPost, encryptPost, report, transcodeReport } from "../support/published-post.ts";
import { testEnv } from "../support/test-env.ts";
import { startWorker } from "../support/worker.ts";

const worker = startWorker();
const ADMIN = bearer(testEnv.ADMIN_API_KEY as string);
beforeEach(emptyQueue);

const eventsOf = (videoPostId: string) => `/api/v2/video-posts/${videoPostId}/events`;

async function listen(videoPostId: string): Promise<EventReader> {
  const response = await worker.fetch(eventsOf(videoPostId), { headers: ADMIN });
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  expect(response.headers.get("cache-control")).toBe("no-store, no-transform");
  const reader = new EventReader(response.body!);
  expect(await reader.next()).toMatchObject({ event: "connected", data: { ok: true } });
  return reader;
}

async function fileIdOf(videoPostId: string): Promise<string> {
  const post = await worker.context.posts.load(videoPostId);
  return post!.files[0]!.id;
}

describe("the stream of a post", () => {
  it("has the progress of both jobs of a part, and each change of the post", async () => {
    const videoPostId = await createPost(worker);
    await worker.settled();
    const events = await listen(videoPostId);
    const order = await claim(worker, videoPostId);
    await call(worker, order, "progress", { stage: "ENCODING", percent: 45, segments: { "720p": 4 } });
    expect(await events.next()).toMatchObject({
      event: "job-progress",
      data: { jobId: order.jobId, claimNo: 1, kind: "TRANSCODE", progress: { stage: "ENCODING", percent: 45 } },
    });
    await report(worker, order, "transcode-result", transcodeReport(["720p", "360p"]));
    const encrypt = await claim(worker, videoPostId);
    await call(worker, encrypt, "progress", { stage: "ENCRYPTING", percent: 10 });
    expect(await events.next()).toMatchObject({ data: { jobId: encrypt.jobId, kind: "ENCRYPT" } });
    await call(worker, encrypt, "release");
    await encryptPost(worker, videoPostId);
    await worker.settled();
    const changed = await events.next();
    expect(changed).toMatchObject({ event: "post-changed" });
    const post = await worker.context.posts.load(videoPostId);
    expect(changed!.data.version).toBe(post!.version);
    await events.leave();
  });

  it("continues with a job that is created while somebody listens", async () => {
    const videoPostId = await createPost(worker);
    await worker.settled();
    const events = await listen(videoPostId);
    const first = await claim(worker, videoPostId);
    await worker.admin("POST", `/api/v2/jobs/${first.jobId}/cancel`);
    await call(worker, first, "cancelled");
    await worker.settled();
    await worker.admin("POST", `/api/v2/jobs/${first.jobId}/retry`);
    await worker.settled();
    const second = await claim(worker, videoPostId);
    await call(worker, second, "progress", { stage: "PROBING", percent: 1 });
    let event = await events.next();
    while (event?.event === "post-changed") event = await events.next();
    expect(event).toMatchObject({ event: "job-progress", data: { jobId: second.jobId } });
    await events.leave();
  });

  it("continues after the object of the part was evicted", async () => {
    const videoPostId = await createPost(worker);
    await worker.settled();
    const events = await listen(videoPostId);
    const order = await claim(worker, videoPostId);
    await evictDurableObject(testEnv.JOB_EVENTS.getByName(await fileIdOf(videoPostId)));
    await call(worker, order, "progress", { stage: "ENCODING", percent: 5 });
    expect(await events.next()).toMatchObject({ event: "job-progress", data: { progress: { percent: 5 } } });
    await events.leave();
  });

  it("costs a job without listeners nothing", async () => {
    const videoPostId = await createPost(worker);
    const order = await claim(worker, videoPostId);
    await call(worker, order, "progress", { stage: "ENCODING", percent: 5 });
    const stored = testEnv.JOB_EVENTS.getByName(await fileIdOf(videoPostId));
    expect(await stored.latest({ jobId: order.jobId, claimNo: 1 })).toMatchObject({ percent: 5 });
    expect(await testEnv.POST_EVENTS.getByName(videoPostId).changed(9)).toBe(false);
  });

  it("is refused without the scope, and for posts that are not there any more", async () => {
    const videoPostId = await createPost(worker);
    const { key } = await createKey(worker, ["posts:write"]);
    const ask = async (path: string, headers: Record<string, string>) => (await worker.fetch(path, { headers })).status;
    expect(await ask(eventsOf(videoPostId), bearer(key))).toBe(403);
    expect(await ask(eventsOf("nobodys"), ADMIN)).toBe(404);
    await worker.admin("DELETE", `/api/v2/video-posts/${videoPostId}`);
    expect(await ask(eventsOf(videoPostId), ADMIN)).toBe(410);
  });
});
