import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import { deliverState } from "../../../edge/encoder/deliver-state.ts";
import {
  ADMIN,
  complete,
  createJob,
  EVENTS,
  encoding,
  jobObject,
  listen,
  listenAfter,
} from "../support/encoder-job.ts";
import { claimed, emptyQueue, fail } from "../support/one-job.ts";
import { call, claim, createPost, encryptPost, report, transcodeReport } from "../support/published-post.ts";
import { administer } from "../support/viewing.ts";
import { startWorker } from "../support/worker.ts";

const worker = startWorker();
beforeEach(emptyQueue);

const percents = (events: readonly { data: Readonly<Record<string, unknown>> }[]) =>
  events.map(({ data }) => data.progressPercentage);

describe("the stream of a job", () => {
  it("has the events of the source document, from the first report to the end", async () => {
    const job = await createJob(worker);
    const response = await worker.fetch(`${EVENTS}?jobId=${job.jobId}`, { headers: ADMIN });
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    expect(response.headers.get("cache-control")).toBe("no-store, no-transform");
    await response.body!.cancel();
    const events = await listen(worker, job.jobId);
    const [connected, first] = await events.take(2);
    expect([connected!.event, connected!.data]).toEqual(["connected", { ok: true }]);
    expect(first).toMatchObject({
      event: "job-update",
      data: { jobId: job.jobId, status: "DOWNLOADING", title: "A film" },
    });
    const order = await claim(worker, job.videoPostId);
    await encoding(worker, order, 45);
    const [update] = await events.take(1);
    expect(update).toMatchObject({
      event: "job-update",
      data: { jobId: job.jobId, status: "ENCODING", currentVariant: 1, progressPercentage: 45, completedSegments: 13 },
    });
    await report(worker, order, "transcode-result", transcodeReport(["720p", "360p"]));
    const encrypt = await claim(worker, job.videoPostId);
    await call(worker, encrypt, "progress", { stage: "ENCRYPTING", percent: 10, segments: { "720p": 1, "360p": 0 } });
    const [encrypting] = await events.take(1);
    expect(encrypting!.data).toMatchObject({ status: "UPLOADING_TO_CLOUD_STORAGE", stage: "ENCRYPTING" });
    await call(worker, encrypt, "release");
    await encryptPost(worker, job.videoPostId);
    await worker.settled();
    const ending = await events.rest();
    expect(ending.map(({ event }) => event)).toEqual(["job-completed"]);
    expect(ending[0]!.data).toMatchObject({ jobId: job.jobId, status: "completed", stage: null });
    expect(ending[0]!.data.masterPlaylistUrl).toContain(`/m3u8-encoder/api/v2/proxy/${job.jobId}`);
    expect(ending[0]!.data.securePlaybackUrl).toContain(`/m3u8-encoder/api/v2/proxy/${job.jobId}`);
  });

  it("delivers the end of a job that has ended and closes, and stops a client that has it", async () => {
    const job = await createJob(worker);
    await complete(worker, job);
    const [connected, ...ending] = await (await listen(worker, job.jobId)).rest();
    expect([connected!.event, ...ending.map(({ event }) => event)]).toEqual(["connected", "job-completed"]);
    const again = { headers: { ...ADMIN, "last-event-id": ending[0]!.id } };
    expect((await worker.fetch(`${EVENTS}?jobId=${job.jobId}`, again)).status).toBe(204);
    // Nobody listened: nothing is stored.
    expect(await tablesOf(job)).toEqual([]);
  });

  it("reports a failure, then the retry, then the cancellation", async () => {
    const job = await createJob(worker);
    const events = await listen(worker, job.jobId);
    await events.take(2);
    await fail(worker, await claim(worker, job.videoPostId));
    await worker.settled();
    const [failed, ...none] = await events.rest();
    expect(failed).toMatchObject({
      event: "job-failed",
      data: { status: "FAILED", failure: { message: "It broke." } },
    });
    expect(none).toEqual([]);
    const bare = job.jobId.slice("job-".length);
    expect((await administer(worker, "POST", `/api/v2/jobs/${bare}/retry`, {})).status).toBe(202);
    await worker.settled();
    const resumed = await listenAfter(worker, job.jobId, failed!.id);
    const [connected, update] = await resumed.take(2);
    expect(connected!.id).toBe(failed!.id);
    expect(update).toMatchObject({ event: "job-update", data: { status: "DOWNLOADING", failure: null } });
    expect((await administer(worker, "POST", `/api/v2/jobs/${bare}/cancel`, {})).status).toBe(202);
    await worker.settled();
    expect((await resumed.rest()).map(({ event, data }) => [event, data.status])).toEqual([
      ["job-cancelled", "CANCELLED"],
    ]);
  });

  it("closes for a job whose post is deleted", async () => {
    const job = await createJob(worker);
    const events = await listen(worker, job.jobId);
    await events.take(2);
    await administer(worker, "DELETE", `/api/v2/video-posts/${job.videoPostId}`, undefined);
    await worker.settled();
    expect((await events.rest()).map(({ event }) => event)).toEqual(["job-cancelled"]);
    expect((await worker.fetch(`${EVENTS}?jobId=${job.jobId}`, { headers: ADMIN })).status).toBe(410);
  });

  it("reports no progress that shrinks, comes late or comes again", async () => {
    const job = await createJob(worker);
    const events = await listen(worker, job.jobId);
    await events.take(2);
    const first = await claim(worker, job.videoPostId);
    for (const percent of [10, 30, 20, 30, 40]) await encoding(worker, first, percent);
    await call(worker, first, "fail", { reason: "The network failed.", permanent: false });
    worker.advance(3_600_000);
    const second = await claimed(worker, first.jobId);
    await encoding(worker, second, 5);
    await encoding(worker, first, 99).catch(() => {});
    await encoding(worker, second, 15);
    expect(percents(await events.take(5))).toEqual([10, 30, 40, 5, 15]);
    await fail(worker, second);
    await worker.settled();
    await encoding(worker, second, 80);
    expect((await events.rest()).map(({ event }) => event)).toEqual(["job-failed"]);
  });
});

describe("a listener that connects again", () => {
  it("gets what it missed, once and in order, by header or query", async () => {
    const job = await createJob(worker);
    const events = await listen(worker, job.jobId);
    const order = await claim(worker, job.videoPostId);
    await encoding(worker, order, 10);
    const [, , seen] = await events.take(3);
    await events.leave();
    for (const percent of [20, 30]) await encoding(worker, order, percent);
    const byHeader = await listenAfter(worker, job.jobId, seen!.id);
    const byQuery = await listen(worker, job.jobId, ADMIN, `lastEventId=${seen!.id}`);
    await encoding(worker, order, 40);
    for (const reader of [byHeader, byQuery]) {
      const [connected, ...missed] = await reader.take(4);
      expect(connected).toMatchObject({ id: seen!.id, event: "connected" });
      expect(percents(missed)).toEqual([20, 30, 40]);
      await reader.leave();
    }
  });

  it("gets the full view first if it missed more than is stored", async () => {
    const job = await createJob(worker);
    const events = await listen(worker, job.jobId);
    const order = await claim(worker, job.videoPostId);
    await encoding(worker, order, 0);
    const [, , seen] = await events.take(3);
    await events.leave();
    for (let n = 1; n <= 201; n++) {
      await call(worker, order, "progress", { stage: "ENCODING", percent: n / 3, segments: { "360p": n } });
    }
    for (const id of [seen!.id, "of-another-time.7", "nonsense"]) {
      const again = await listenAfter(worker, job.jobId, id);
      const [, full] = await again.take(2);
      expect(full).toMatchObject({ event: "job-update", data: { title: "A film", status: "ENCODING" } });
      expect(full!.data.completedSegments).toBe(201);
      await again.leave();
    }
    // The last 200 are stored.
    const known = await listenAfter(worker, job.jobId, `${seen!.id.split(".")[0]}.2`);
    expect(await known.take(201)).toHaveLength(201);
    await known.leave();
  });

  it("misses nothing when its object was evicted", async () => {
    const job = await createJob(worker);
    const events = await listen(worker, job.jobId);
    const order = await claim(worker, job.videoPostId);
    await encoding(worker, order, 30);
    const [, , seen] = await events.take(3);
    await events.leave();
    await encoding(worker, order, 40);
    await evictDurableObject(jobObject(job));
    // Late, and known as such by an object that has just started.
    await encoding(worker, order, 20);
    await encoding(worker, order, 50);
    const again = await listenAfter(worker, job.jobId, seen!.id);
    expect(percents((await again.take(3)).slice(1))).toEqual([40, 50]);
    await again.leave();
    await report(worker, order, "transcode-result", transcodeReport(["720p", "360p"]));
    await encryptPost(worker, job.videoPostId);
    await worker.settled();
    await evictDurableObject(jobObject(job));
    const last = await (await listenAfter(worker, job.jobId, seen!.id)).rest();
    expect(last.map(({ event }) => event)).toEqual(["connected", "job-update", "job-update", "job-completed"]);
    expect(last.at(-1)!.data.securePlaybackUrl).toBeTypeOf("string");
    const stored = await runInDurableObject(jobObject(job), (_, { storage }) =>
      [...storage.sql.exec("SELECT data FROM state_event")].map(({ data }) => String(data)),
    );
    expect(stored).toHaveLength(1);
    expect(stored[0]).not.toContain("securePlaybackUrl");
  });

  it("gets the end once although its delivery is repeated", async () => {
    const job = await createJob(worker);
    const events = await listen(worker, job.jobId);
    await events.take(2);
    await complete(worker, job);
    const rest = await events.rest();
    for (let n = 0; n < 3; n++) await deliverState(job, worker.context);
    const again = await (await listenAfter(worker, job.jobId, rest.at(-2)!.id)).rest();
    expect(again.map(({ event, id }) => [event, id])).toEqual([
      ["connected", rest.at(-2)!.id],
      ["job-completed", rest.at(-1)!.id],
    ]);
  });
});

describe("a post that is no encoder job", () => {
  it("has nothing stored about its progress", async () => {
    const videoPostId = await createPost(worker);
    const order = await claim(worker, videoPostId);
    await encoding(worker, order, 10);
    const job = await worker.context.jobs.find(order.jobId);
    expect(await tablesOf({ fileId: job!.fileId } as never)).toEqual([]);
  });
});

function tablesOf(job: Parameters<typeof jobObject>[0]): Promise<string[]> {
  return runInDurableObject(jobObject(job), (_, { storage }) =>
    [...storage.sql.exec("SELECT name FROM sqlite_master WHERE type = 'table'")]
      .map(({ name }) => String(name))
      .filter((name) => !name.startsWith("_cf_")),
  );
}
