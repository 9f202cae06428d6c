import { expect, it } from "vitest";
import { createPost, publishPost } from "../support/published-post.ts";
import { startWorker } from "../support/worker.ts";

const HOUR_MS = 3_600_000;

type Overview = {
  readonly at: number;
  readonly from: number;
  readonly jobs: { byHour: { hour: number; kind: string; state: string; count: number }[] };
  readonly queue: { counts: Record<string, number>; oldest: { videoPostId: string } | null };
};

it("the overview has whole hours up to the present one, and the jobs that ended in them", async () => {
  // A time that no hour ends at during the test.
  const start = Math.floor(Date.now() / HOUR_MS) * HOUR_MS + HOUR_MS / 2;
  let now = start;
  const worker = startWorker({}, { now: () => now });
  const read = async (query: string) =>
    (await (await worker.admin("GET", `/api/v2/overview${query}`)).json()) as Overview;
  await publishPost(worker);
  now += 30 * HOUR_MS;
  await publishPost(worker);
  const videoPostId = await createPost(worker);
  const hour = start + 30 * HOUR_MS - HOUR_MS / 2;
  const ended = (kind: string, at: number) => ({ hour: at, kind, state: "SUCCEEDED", count: 1 });
  const day = await read("");
  expect(day).toMatchObject({ at: now, from: hour - 23 * HOUR_MS });
  expect(day.jobs.byHour).toEqual([ended("ENCRYPT", hour), ended("TRANSCODE", hour)]);
  expect(day.queue).toMatchObject({ counts: { QUEUED: 1, RUNNING: 0 }, oldest: { videoPostId } });
  const week = await read("?hours=168");
  expect(week.from).toBe(hour - 167 * HOUR_MS);
  const first = hour - 30 * HOUR_MS;
  expect(week.jobs.byHour).toEqual([first, hour].flatMap((each) => [ended("ENCRYPT", each), ended("TRANSCODE", each)]));
  expect((await worker.admin("GET", "/api/v2/overview?hours=25")).status).toBe(422);
});
