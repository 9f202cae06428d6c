import { beforeEach, expect, it } from "vitest";
import { claimed, emptyQueue, jobsOf } from "../support/one-job.ts";
import { encryptPost, report, transcodeReport } from "../support/published-post.ts";
import { administer } from "../support/viewing.ts";
import { startWorker } from "../support/worker.ts";

const worker = startWorker();
const BASE = "/api/v2/m3u8-encoder";
const REPLACED = "The source of this job was replaced. The part plays the new source, or will once that is ready.";
const read = async (path: string) => (await administer(worker, "GET", `${BASE}/${path}`, undefined)).body;

beforeEach(emptyQueue);

async function created() {
  const request = { url: "https://r2.example.com/file.mp4", title: "A film", resourceType: "VIDEO" };
  const { body } = await administer(worker, "POST", `${BASE}/upload/url`, request);
  const jobId = body.jobId as string;
  return { jobId, videoPostId: (await read(`jobs/${jobId}`)).videoPostId as string };
}

async function made(videoPostId: string): Promise<void> {
  const queued = (await jobsOf(worker, videoPostId)).find(({ state }) => state === "QUEUED")!;
  await report(worker, await claimed(worker, queued.jobId), "transcode-result", transcodeReport(["720p", "360p"]));
  await encryptPost(worker, videoPostId);
}

async function replaceSource(videoPostId: string): Promise<void> {
  const source = { sourceUrl: "https://r2.example.com/other.mp4", fileName: "other.mp4" };
  const path = `/api/v2/video-posts/${videoPostId}/parts/0/source`;
  expect((await administer(worker, "PUT", path, source)).status).toBeLessThan(300);
}

it("is reported by a completed job, which is gone with the part", async () => {
  const { jobId, videoPostId } = await created();
  await made(videoPostId);
  expect(await read(`jobs/${jobId}`)).toMatchObject({ warnings: [], totalSegments: 6 });
  await replaceSource(videoPostId);
  expect(await read(`jobs/${jobId}`)).toMatchObject({ status: "COMPLETED", warnings: [] });
  await made(videoPostId);
  expect(await read(`jobs/${jobId}`)).toMatchObject({
    ...{ status: "COMPLETED", warnings: [REPLACED], keyPrefix: null, variants: {}, totalSegments: null },
    masterPlaylistUrl: expect.any(String),
  });
  const post = `/api/v2/video-posts/${videoPostId}`;
  expect((await administer(worker, "POST", `${post}/withdraw`, {})).status).toBeLessThan(300);
  expect((await administer(worker, "DELETE", `${post}/parts/0`, undefined)).status).toBeLessThan(300);
  expect(await read(`jobs/${jobId}`)).toMatchObject({ code: "deleted" });
  const { items } = await read("jobs");
  expect(items).not.toContainEqual(expect.objectContaining({ jobId }));
});

it("cancels a job without a result, which cannot be retried", async () => {
  const { jobId, videoPostId } = await created();
  await replaceSource(videoPostId);
  expect(await read(`jobs/${jobId}`)).toMatchObject({ status: "CANCELLED", warnings: [REPLACED] });
  await made(videoPostId);
  expect(await read(`jobs/${jobId}`)).toMatchObject({ status: "CANCELLED", masterPlaylistUrl: null, keyPrefix: null });
  const { status, body } = await administer(worker, "POST", `${BASE}/jobs/${jobId}/retry`, undefined);
  expect([status, body.code]).toEqual([409, "wrong-state"]);
});
