import { beforeEach, describe, expect, it } from "vitest";
import type { WorkOrder } from "../../../shared/application/protocols/job-protocol.ts";
import { claimed, emptyQueue, fail, jobsOf, keyStates } from "../support/one-job.ts";
import { call, encryptPost, report, transcodeReport } from "../support/published-post.ts";
import { testEnv } from "../support/test-env.ts";
import { administer } from "../support/viewing.ts";
import { startWorker } from "../support/worker.ts";

const worker = startWorker();
const BASE = "/api/v2/m3u8-encoder";
const read = async (path: string) => (await administer(worker, "GET", `${BASE}/${path}`, undefined)).body;
const post = (path: string, body: unknown = undefined) => administer(worker, "POST", `${BASE}/${path}`, body);

type Made = { readonly jobId: string; readonly videoPostId: string };

async function created(title = "A film"): Promise<Made> {
  const request = { url: "https://r2.example.com/file.mp4", title, resourceType: "VIDEO" };
  const { jobId } = (await post("upload/url", request)).body as { jobId: string };
  return { jobId, videoPostId: (await read(`jobs/${jobId}`)).videoPostId as string };
}

const statusOf = async ({ jobId }: Made) => (await read(`status/${jobId}`)).status;
const live = async ({ videoPostId }: Made) =>
  (await jobsOf(worker, videoPostId)).find(({ state }) => state === "QUEUED" || state === "RUNNING")!;
const claimLive = async (made: Made) => claimed(worker, (await live(made)).jobId);

async function store(order: WorkOrder): Promise<void> {
  if (order.kind === "TRANSCODE") await testEnv.SOURCE.put(`${order.clearPrefix}1080p/seg_00001.ts`, "clear");
}

async function transcoded(made: Made): Promise<void> {
  const order = await claimLive(made);
  await store(order);
  await report(worker, order, "transcode-result", transcodeReport(["1080p", "360p"]));
}

async function completed(made: Made): Promise<void> {
  await transcoded(made);
  await encryptPost(worker, made.videoPostId);
}

/** Objects of the post in both buckets, once the deletions are carried out. */
async function objects(): Promise<string[]> {
  await worker.settled();
  const listed = await Promise.all([testEnv.SOURCE.list(), testEnv.PLAYBACK.list()]);
  return listed.flatMap((bucket) => bucket.objects.map(({ key }) => key));
}

beforeEach(emptyQueue);

describe("the cancellation of an encoder job", () => {
  const cancel = ({ jobId }: Made) => post(`jobs/${jobId}/cancel`);
  const DONE = { status: 200, body: { message: "Job cancelled successfully" } };

  it("ends a queued job, and a retry completes it under its id", async () => {
    const made = await created();
    expect(await cancel(made)).toEqual(DONE);
    expect(await statusOf(made)).toBe("CANCELLED");
    const { status, body } = await post(`jobs/${made.jobId}/retry`);
    expect([status, body.jobId, body.status, body.stage]).toEqual([202, made.jobId, "DOWNLOADING", "QUEUED"]);
    await transcoded(made);
    await encryptPost(worker, made.videoPostId);
    expect(await statusOf(made)).toBe("COMPLETED");
    const job = await read(`jobs/${made.jobId}`);
    expect(job.keyPrefix).toMatch(/^a-film\/[0-9a-f-]{36}\/$/);
    expect(job.keyPrefix).not.toContain(made.jobId.slice("job-".length));
  });

  it("ends a running transcode, whose holder learns of it", async () => {
    const made = await created();
    const order = await claimLive(made);
    expect(await cancel(made)).toEqual(DONE);
    const beat = await call(worker, order, "heartbeat", { stage: "ENCODING", percent: 3 });
    expect(await beat.json()).toEqual({ cancel: true });
    expect(await statusOf(made)).toBe("CANCELLED");
  });

  it("ends an encryption with the renditions, and a retry begins with the source", async () => {
    const before = await objects();
    const made = await created();
    await transcoded(made);
    const order = await claimLive(made);
    expect(order.kind).toBe("ENCRYPT");
    expect((await call(worker, order, "keys")).status).toBe(200);
    expect(await statusOf(made)).toBe("UPLOADING_TO_CLOUD_STORAGE");
    expect(await cancel(made)).toEqual(DONE);
    expect(await statusOf(made)).toBe("CANCELLED");
    expect(await keyStates(made.videoPostId)).toEqual(["1 REVOKED"]);
    await expect.poll(objects).toEqual(before);
    expect((await post(`jobs/${made.jobId}/retry`)).status).toBe(202);
    expect(await live(made)).toMatchObject({ kind: "TRANSCODE" });
    expect(await statusOf(made)).toBe("DOWNLOADING");
    await transcoded(made);
    expect(await statusOf(made)).toBe("UPLOADING_TO_CLOUD_STORAGE");
    await encryptPost(worker, made.videoPostId);
    expect(await statusOf(made)).toBe("COMPLETED");
  });

  it.each<[string, (made: Made) => Promise<unknown>]>([
    ["COMPLETED", completed],
    ["FAILED", async (made) => fail(worker, await claimLive(made))],
    ["CANCELLED", (made) => cancel(made)],
  ])("is refused for a job that is %s", async (status, end) => {
    const made = await created();
    await end(made);
    const { status: code, body } = await cancel(made);
    expect([code, body.code, body.detail]).toEqual([409, "wrong-state", `the job is ${status}`]);
    expect(await statusOf(made)).toBe(status);
  });
});

describe("the retry of an encoder job", () => {
  const retry = ({ jobId }: Made) => post(`jobs/${jobId}/retry`);

  it("queues a failed transcode again", async () => {
    const made = await created();
    await fail(worker, await claimLive(made));
    expect(await read(`jobs/${made.jobId}`)).toMatchObject({ status: "FAILED", failure: { message: "It broke." } });
    const { status, body } = await retry(made);
    expect([status, body.status, body.failure]).toEqual([202, "DOWNLOADING", null]);
  });

  it("queues a failed encryption again, which reads the renditions that are there", async () => {
    const made = await created();
    await transcoded(made);
    await fail(worker, await claimLive(made));
    const { body } = await retry(made);
    expect(body).toMatchObject({ status: "UPLOADING_TO_CLOUD_STORAGE", stage: "QUEUED", failure: null });
    await encryptPost(worker, made.videoPostId);
    expect(await statusOf(made)).toBe("COMPLETED");
  });

  it("is refused for a job that has not ended without a result", async () => {
    const made = await created();
    expect((await retry(made)).body).toMatchObject({ code: "wrong-state" });
    await transcoded(made);
    await encryptPost(worker, made.videoPostId);
    expect((await retry(made)).body.detail).toBe("the job is COMPLETED, not FAILED or CANCELLED");
  });
});

describe("the lists of encoder jobs", () => {
  it("show a collection in the order of its jobs", async () => {
    const title = `Collection ${crypto.randomUUID()}`;
    const [first, second] = [await created(title), await created(title)];
    const { slug } = await read(`jobs/${first.jobId}`);
    const all = await read(`collections/${slug}`);
    expect(all).toMatchObject({ slug, items: [{ jobId: first.jobId }, { jobId: second.jobId }], nextCursor: null });
    const page = await read(`collections/${slug}?limit=1`);
    expect(page).toMatchObject({ items: [{ jobId: first.jobId }] });
    const rest = await read(`collections/${slug}?limit=1&cursor=${page.nextCursor}`);
    expect(rest).toMatchObject({ items: [{ jobId: second.jobId }], nextCursor: null });
    await post(`jobs/${first.jobId}/cancel`);
    expect(await read(`jobs?slug=${slug}&status=CANCELLED`)).toMatchObject({ items: [{ jobId: first.jobId }] });
  });

  it("find a collection whose slug is of another script", async () => {
    const made = await created("第一話「始まり」");
    const { items } = await read(`collections/${encodeURIComponent("第一話-始まり")}`);
    expect(items).toContainEqual(expect.objectContaining({ jobId: made.jobId }));
  });

  it.each([
    "jobs?status=completed",
    "jobs?limit=0",
    "jobs?cursor=x",
    "jobs?sort=asc",
    "collections/a?slug=b",
    "jobs?createdFrom=2026-01-02T00:00:00Z&createdBefore=2026-01-01T00:00:00Z",
  ])("refuse %s", async (path) => {
    expect(await read(path)).toMatchObject({ code: "invalid" });
  });
});
