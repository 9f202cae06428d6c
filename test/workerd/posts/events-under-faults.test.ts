import { beforeEach, describe, expect, it, vi } from "vitest";
import { openPersistence } from "../../../edge/database.ts";
import { handleEvent } from "../../../edge/events/handlers.ts";
import { dispatchEvents } from "../../../edge/events/outbox.ts";
import entry from "../../../edge/index.ts";
import type { Persistence } from "../../../shared/application/persistence.ts";
import { STANDARD_JOB_RULES } from "../../../shared/domain/job/transcode-job.ts";
import { publishedVideoOf } from "../../../shared/domain/post/published-video.ts";
import { seededRandom } from "../../fixtures/seeded-random.ts";
import { completeUpload } from "../support/complete-upload.ts";
import { database } from "../support/inspection.ts";
import { emptyQueue } from "../support/one-job.ts";
import { publishPost } from "../support/published-post.ts";
import { testEnv } from "../support/test-env.ts";
import { startWorker, type TestWorker } from "../support/worker.ts";

/* Where the events of a post are lost on the way, repeated and reordered, the library, the ledger and the objects end right. */

const REWARDS = { AUTHOR_REWARD_POINTS: "10" };
const ALL = { first: 1000, again: 1000, firstWaitMs: 1, longestWaitMs: 1 };

type Outbox = Persistence["outbox"];

/** The Worker over the real database, with an outbox that is cut off at one place, as a kill does it. */
function cutOff(cut: (outbox: Outbox) => Partial<Outbox>): TestWorker {
  const persistence = openPersistence(testEnv, STANDARD_JOB_RULES);
  const outbox = { ...persistence.outbox, ...cut(persistence.outbox) };
  return startWorker(REWARDS, { persistence: { ...persistence, outbox } });
}

/** Saves, and ends before it dispatches. */
const dying = () => cutOff(() => ({ takeDue: async () => [] }));

beforeEach(async () => {
  await emptyQueue();
  await database.change("video_post_revision", { dispatched_at: 1 }, { dispatched_at: null });
});

type Made = { readonly videoPostId: string; readonly uploadId: string; readonly prefix: string };

/** A post with a life: published, edited, rejected, published again, and deleted if `deleted` says so. */
async function live(worker: TestWorker, deleted: boolean): Promise<Made> {
  const uploadId = await completeUpload(worker);
  const uploadFileList = [{ uploadId, fileName: "film.mp4" }];
  const { videoPostId, keys } = await publishPost(worker, { uploadFileList, autoPublish: true });
  const path = `/api/v2/video-posts/${videoPostId}`;
  const steps: [method: string, path: string, body?: object][] = [
    ["PATCH", path, { title: "First edit" }],
    ["PUT", `${path}/interaction`, { comments: false, liveComments: false }],
    ["POST", `${path}/audit`, { result: "REJECTED", reason: "too dark" }],
    ["POST", `${path}/audit`, { result: "PASSED" }],
    ["PATCH", path, { title: "Last edit" }],
    ...(deleted ? [["DELETE", path] as [string, string]] : []),
  ];
  for (const [method, at, body] of steps) expect((await worker.admin(method, at, body)).status, at).toBe(200);
  await worker.settled();
  return { videoPostId, uploadId, prefix: keys.encryptedPrefix };
}

const rewardsOf = async (id: string) =>
  (await database.rows<{ direction: string }>("author_reward", { video_post_id: id })).map(
    ({ direction }) => direction,
  );
const stored = async (bucket: R2Bucket, prefix: string) => (await bucket.list({ prefix })).objects.length > 0;

/** What must be true of the post in the end, in whichever way its events were handled. */
async function expectRight({ context }: TestWorker, { videoPostId, uploadId, prefix }: Made): Promise<void> {
  const post = (await context.posts.load(videoPostId))!;
  const isDeleted = post.deletedAt !== null;
  expect(await context.library.find(videoPostId)).toStrictEqual(publishedVideoOf(post));
  const [row] = await database.rows<{ version: number }>("published_video", { video_post_id: videoPostId });
  expect(row).toMatchObject({ version: post.version, title: isDeleted ? null : "Last edit" });
  expect((await rewardsOf(videoPostId)).toSorted()).toEqual(isDeleted ? ["REVERSAL", "REWARD"] : ["REWARD"]);
  const objects = async () => ({
    upload: await stored(testEnv.SOURCE, `uploads/${uploadId}/`),
    playlists: await stored(testEnv.SOURCE, prefix),
    segments: await stored(testEnv.PLAYBACK, prefix),
  });
  const left = { upload: false, playlists: !isDeleted, segments: !isDeleted };
  await expect.poll(objects, { timeout: 30_000 }).toEqual(left);
}

describe("events that come twice and in any order", () => {
  it.each([
    ["a published post", false, [1]],
    ["a deleted post", true, [2, 3]],
  ] as const)("end as one that comes once and in order: %s", async (_, deleted, seeds) => {
    for (const seed of seeds) {
      const random = seededRandom(seed);
      const worker = dying();
      const post = await live(worker, deleted);
      const { outbox } = openPersistence(testEnv, STANDARD_JOB_RULES);
      const saves = await outbox.takeDue({ ...ALL, now: Date.now() });
      const events = saves.flatMap((save) => save.events);
      expect(events.length).toBeGreaterThan(8);
      const shuffled = [...events, ...events]
        .map((event) => ({ event, at: random() }))
        .toSorted((one, other) => one.at - other.at);
      for (const { event } of shuffled) expect(await handleEvent(event, worker.context), `seed ${seed}`).toEqual([]);
      await expectRight(worker, post);
    }
  });
});

describe("a Worker that is killed", () => {
  it("between a save and its dispatch leaves the events to the Cron Trigger", async () => {
    const worker = dying();
    const [published, deleted] = [await live(worker, false), await live(worker, true)];
    expect(await rewardsOf(published.videoPostId)).toEqual([]);
    // More saves than a minute takes.
    for (let minute = 0; minute < 4; minute++) {
      await entry.scheduled({} as never, { ...testEnv, ...REWARDS } as never);
    }
    await expectRight(worker, published);
    await expectRight(worker, deleted);
  });

  it("between the handlers and the mark has the events handled again", async () => {
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    const worker = cutOff(() => ({ markDispatched: () => Promise.reject(new Error("killed")) }));
    const post = await live(worker, true);
    await expectRight(worker, post);
    const next = startWorker(REWARDS);
    next.advance(3600_000);
    expect(await dispatchEvents(next.context)).toBeGreaterThan(5);
    await expectRight(next, post);
    expect(await database.count("video_post_revision", { dispatched_at: null })).toBe(0);
    log.mockRestore();
  });
});

describe("parallel work", () => {
  it("of dispatchers handles each save once", async () => {
    const worker = dying();
    const posts = [await live(worker, false), await live(worker, true)];
    const dispatchers = Array.from({ length: 4 }, () => startWorker(REWARDS));
    const taken = await Promise.all(dispatchers.map(({ context }) => dispatchEvents(context)));
    expect(await dispatchEvents(dispatchers[0]!.context)).toBe(0);
    const saves = await database.rows<{ dispatch_attempts: number; events: string }>("video_post_revision", {
      video_post_id: posts.map(({ videoPostId }) => videoPostId),
    });
    const raising = saves.filter(({ events }) => events !== "[]");
    expect(raising.map(({ dispatch_attempts }) => dispatch_attempts)).toEqual(raising.map(() => 1));
    expect(taken.reduce((sum, count) => sum + count, 0)).toBe(raising.length);
    for (const post of posts) await expectRight(worker, post);
  });

  it("of editors ends with what the last save says", async () => {
    const worker = startWorker(REWARDS);
    const { videoPostId } = await publishPost(worker);
    const path = `/api/v2/video-posts/${videoPostId}`;
    const edits = ["one", "two", "three"].flatMap((title, n) => [
      worker.admin("PATCH", path, { title }),
      worker.admin("PUT", `${path}/interaction`, { comments: n % 2 === 0, liveComments: n % 2 === 1 }),
    ]);
    for (const response of await Promise.all(edits)) expect([200, 409]).toContain(response.status);
    await worker.settled();
    const post = (await worker.context.posts.load(videoPostId))!;
    expect(await worker.context.library.find(videoPostId)).toStrictEqual(publishedVideoOf(post));
    expect(await rewardsOf(videoPostId)).toEqual(["REWARD"]);
  });
});
