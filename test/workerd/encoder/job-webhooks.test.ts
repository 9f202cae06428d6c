import { beforeEach, expect, it } from "vitest";
import { handleEvent } from "../../../edge/events/handlers.ts";
import { queueDueDeliveries } from "../../../edge/webhooks/queue-deliveries.ts";
import { claimed, emptyQueue, fail, jobsOf } from "../support/one-job.ts";
import { encryptPost, report, transcodeReport } from "../support/published-post.ts";
import { administer } from "../support/viewing.ts";
import { answering, startWebhookTest, verified, type WebhookTest } from "../support/webhook-receiver.ts";

const BASE = "/api/v2/m3u8-encoder";
const REQUEST = { url: "https://r2.example.com/file.mp4", title: "A film", resourceType: "VIDEO" };
const HOOK = "https://site.example.com/hooks/7";

let test: WebhookTest;
let secret: string;
const post = (path: string, body: unknown = undefined) => administer(test.worker, "POST", `${BASE}/${path}`, body);

beforeEach(async () => {
  await emptyQueue();
  test = startWebhookTest();
  secret = (await post("webhook-secret")).body.secret as string;
});

async function created(webhookUrl: string | null = HOOK) {
  const { status, body } = await post("upload/url", { ...REQUEST, webhookUrl, passthrough: "ref-7" });
  expect(status).toBe(201);
  const jobId = body.jobId as string;
  const { body: job } = await administer(test.worker, "GET", `${BASE}/jobs/${jobId}`, undefined);
  return { jobId, videoPostId: job.videoPostId as string };
}

const live = async (videoPostId: string) => {
  const jobs = await jobsOf(test.worker, videoPostId);
  return claimed(test.worker, jobs.find(({ state }) => state === "QUEUED")!.jobId);
};

async function complete(videoPostId: string): Promise<void> {
  await report(test.worker, await live(videoPostId), "transcode-result", transcodeReport(["360p"]));
  await encryptPost(test.worker, videoPostId);
}

/** What has arrived, as the public library verifies it. */
async function arrived() {
  await test.worker.settled();
  await test.drain();
  return test.receiver.received
    .splice(0)
    .map((one) => verified(one, secret, test.worker.context.now()) as { type: string; data: Record<string, unknown> });
}

it("sends the completed job once, signed and without a token, and nothing for a job without a webhookUrl", async () => {
  const { jobId, videoPostId } = await created();
  await complete(videoPostId);
  const [event, ...others] = await arrived();
  expect(others).toEqual([]);
  expect(event).toMatchObject({
    type: "job-completed",
    data: {
      jobId,
      status: "completed",
      passthrough: "ref-7",
      masterPlaylistUrl: expect.any(String),
      variants: { v3: {} },
    },
  });
  expect(JSON.stringify(event)).not.toMatch(/token=|securePlaybackUrl/);
  await complete((await created(null)).videoPostId);
  expect(await arrived()).toEqual([]);
});

it("sends a failure with its code, and then the end of the retry", async () => {
  const { jobId, videoPostId } = await created();
  await fail(test.worker, await live(videoPostId));
  const failure = { code: expect.any(String), message: "It broke." };
  expect(await arrived()).toMatchObject([{ type: "job-failed", data: { jobId, status: "FAILED", failure } }]);
  expect((await post(`jobs/${jobId}/retry`)).status).toBe(202);
  await complete(videoPostId);
  expect(await arrived()).toMatchObject([{ type: "job-completed", data: { jobId } }]);
});

it("sends the failure of an event that is handled late, after the retry", async () => {
  const { jobId, videoPostId } = await created();
  const order = await live(videoPostId);
  await fail(test.worker, order);
  expect(await arrived()).toHaveLength(1);
  expect((await post(`jobs/${jobId}/retry`)).status).toBe(202);
  const { context } = test.worker;
  const failed = { type: "VideoJobFailed", jobId: order.jobId, kind: "TRANSCODE", fileIndex: 0 } as const;
  const why = { code: "internal", reason: "It broke late.", effect: "part-failed" } as const;
  const event = { ...failed, ...why, id: `${videoPostId}.9.0`, videoPostId, version: 9, at: context.now() };
  expect(await handleEvent(event, context)).toEqual([]);
  await queueDueDeliveries(context);
  const failure = { code: "internal", message: "It broke late." };
  expect(await arrived()).toMatchObject([{ type: "job-failed", data: { status: "FAILED", stage: null, failure } }]);
});

it("sends nothing about another source of the part", async () => {
  const { videoPostId } = await created();
  const source = { sourceUrl: "https://r2.example.com/other.mp4", fileName: "other.mp4" };
  await test.worker.admin("PUT", `/api/v2/video-posts/${videoPostId}/parts/0/source`, source);
  await complete(videoPostId);
  expect(await arrived()).toEqual([]);
});

it("sends a cancellation, of whichever job and by whichever route", async () => {
  const first = await created();
  await post(`jobs/${first.jobId}/cancel`);
  expect(await arrived()).toMatchObject([{ type: "job-cancelled", data: { jobId: first.jobId, status: "CANCELLED" } }]);
  const second = await created();
  await report(test.worker, await live(second.videoPostId), "transcode-result", transcodeReport(["360p"]));
  await post(`jobs/${second.jobId}/cancel`);
  expect(await arrived()).toMatchObject([{ type: "job-cancelled", data: { jobId: second.jobId } }]);
  const third = await created();
  await test.worker.admin("POST", `/api/v2/jobs/${third.jobId.slice("job-".length)}/cancel`);
  expect(await arrived()).toMatchObject([{ type: "job-cancelled", data: { jobId: third.jobId } }]);
});

it("tries again after a failure, and no more after 410", async () => {
  const { jobId } = await created();
  test.receiver.answers = [answering(500), answering(410)];
  await post(`jobs/${jobId}/cancel`);
  const deliveries = await arrived();
  expect(deliveries).toHaveLength(2);
  expect(deliveries[0]).toEqual(deliveries[1]);
});

it("signs with the new secret and, until its overlap ends, with the one before it", async () => {
  const old = secret;
  secret = (await post("webhook-secret", { overlapSeconds: 60 })).body.secret as string;
  const { jobId } = await created();
  await post(`jobs/${jobId}/cancel`);
  await test.worker.settled();
  await test.drain();
  const [one] = test.receiver.received.splice(0);
  for (const each of [old, secret])
    expect(verified(one!, each, test.worker.context.now())).toMatchObject({ type: "job-cancelled" });
});
