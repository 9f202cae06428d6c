import { expect, it } from "vitest";
import { faultyDatabase } from "../support/faulty-database.ts";
import { claimed } from "../support/one-job.ts";
import { call, claim, createPost } from "../support/published-post.ts";
import { startWorker } from "../support/worker.ts";

it("reports progress without a statement, and a heartbeat with one", async () => {
  const counted = faultyDatabase();
  const worker = startWorker({ ...counted.bindings });
  const order = await claim(worker, await createPost(worker));
  await worker.settled();
  counted.reset();
  expect((await call(worker, order, "progress", { stage: "ENCODING", percent: 7 })).status).toBe(204);
  expect(counted.trips()).toBe(0);
  expect((await call(worker, order, "heartbeat", { stage: "ENCODING", percent: 7 })).status).toBe(200);
  expect(counted.trips()).toBe(1);
});

it("takes progress of earlier and later releases, and shows what it knows of it", async () => {
  const worker = startWorker();
  const order = await claim(worker, await createPost(worker));
  const shown = async () => {
    const response = await worker.admin("GET", `/api/v2/jobs/${order.jobId}`);
    return ((await response.json()) as { progress: unknown }).progress;
  };
  const earlier = { stage: "ENCODING", percent: 7, segments: { "360p": 1 } };
  expect((await call(worker, order, "progress", earlier)).status).toBe(204);
  expect(await shown()).toEqual(earlier);
  const known = { ...earlier, plannedSegments: { "360p": 4 }, qualityPercent: { "360p": 25 } };
  expect((await call(worker, order, "progress", { ...known, ofALaterRelease: true })).status).toBe(204);
  expect(await shown()).toEqual(known);
});

it("is replaced by the last heartbeat where the object of the job is away", async () => {
  const worker = startWorker();
  const request = { url: "https://r2.example.com/a.mp4", title: "A film", resourceType: "VIDEO" };
  const created = await worker.admin("POST", "/api/v2/m3u8-encoder/upload/url", request);
  const { jobId } = (await created.json()) as { jobId: string };
  const order = await claimed(worker, jobId.slice("job-".length));
  expect((await call(worker, order, "heartbeat", { stage: "ENCODING", percent: 7 })).status).toBe(200);
  expect((await call(worker, order, "progress", { stage: "ENCODING", percent: 9 })).status).toBe(204);
  const latest = () => Promise.reject(new Error("the object was reset"));
  const away = startWorker({ JOB_EVENTS: { getByName: () => ({ latest }) } as never });
  const read = async (from: typeof worker, path: string) => (await from.admin("GET", path)).json();
  const paths = [`/api/v2/m3u8-encoder/status/${jobId}`, `/api/v2/m3u8-encoder/jobs/${jobId}`];
  for (const path of paths) {
    expect(await read(worker, path)).toMatchObject({ status: "ENCODING", progressPercentage: 9 });
    expect(await read(away, path)).toMatchObject({ status: "ENCODING", progressPercentage: 7 });
  }
  expect(await read(away, `/api/v2/jobs/${order.jobId}`)).toMatchObject({ progress: { percent: 7 } });
  const { items } = (await read(away, "/api/v2/m3u8-encoder/jobs")) as { items: unknown[] };
  expect(items).toContainEqual(expect.objectContaining({ jobId, progressPercentage: 7 }));
});
