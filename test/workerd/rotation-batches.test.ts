import { beforeEach, describe, expect, it } from "vitest";
import { continueKeyRotations } from "../../shared/application/commands/continue-key-rotations.ts";
import { scanJobs } from "../../shared/application/commands/scan-jobs.ts";
import type { RotationItemView, RotationProgressView } from "../../shared/application/rotation-protocol.ts";
import { emptyQueue, fail, onlyPart } from "./one-job.ts";
import { claim, createPost, encryptPost, type PublishedPost, publishPost, tryClaim } from "./published-post.ts";
import { testEnv } from "./test-env.ts";
import { administer, anonymousToken, askKey, siteToken, startSession } from "./viewing.ts";
import { startWorker } from "./worker.ts";

const ROTATIONS = "/admin/video/enc/rotations";
const GRACE_MS = 60_000;
const worker = startWorker({ KEY_GRACE_SECONDS: GRACE_MS / 1000 });
/** Every test selects the posts that it has made itself. */
let createdFrom: string;

beforeEach(async () => {
  await emptyQueue();
  await testEnv.DB.batch([
    testEnv.DB.prepare("DELETE FROM key_rotation_item"),
    testEnv.DB.prepare("DELETE FROM key_rotation_batch"),
  ]);
  worker.advance(1000);
  createdFrom = new Date(worker.context.now()).toISOString();
});

async function publish(count: number): Promise<PublishedPost[]> {
  const posts: PublishedPost[] = [];
  for (let n = 0; n < count; n++) posts.push(await publishPost(worker));
  return posts;
}

const ask = (body: Record<string, unknown>) =>
  administer(worker, "POST", ROTATIONS, { selection: { createdFrom }, ...body });

async function begin(more: Record<string, unknown> = {}): Promise<string> {
  const { status, body } = await ask(more);
  expect([status, body.state]).toEqual([202, "RUNNING"]);
  return body.batchId as string;
}

async function batch(batchId: string, step?: string): Promise<RotationProgressView> {
  const path = step === undefined ? "" : `/${step}`;
  const { status, body } = await administer(
    worker,
    path === "" ? "GET" : "POST",
    `${ROTATIONS}/${batchId}${path}`,
    undefined,
  );
  if (status !== 200) throw new Error(`${status} ${body.code}`);
  return body as RotationProgressView;
}

async function items(batchId: string, query = ""): Promise<RotationItemView[]> {
  const { body } = await administer(worker, "GET", `${ROTATIONS}/${batchId}/items${query}`, undefined);
  return body.items as RotationItemView[];
}

const live = async () => (await worker.context.jobs.list({ state: "QUEUED", kind: "ENCRYPT", limit: 100 })).length;
/** What the Cron Trigger does every minute. */
const step = () => continueKeyRotations(worker.context, worker.context.now());

async function failNext(): Promise<void> {
  await fail(worker, await claim(worker));
  await worker.settled();
}

describe("a batch of 20 parts", () => {
  it("goes on by the jobs that end, so many at a time, to a report of what failed, which is tried again", async () => {
    const posts = await publish(20);
    const batchId = await begin({ maxInFlight: 3 });
    expect((await batch(batchId)).progress).toMatchObject({ total: 20, pending: 17, rotating: 3, percent: 0 });
    for (let ended = 0; ended < 20; ended++) {
      expect(await live()).toBe(Math.min(3, 20 - ended));
      // Others act at the same time, and change nothing.
      if (ended % 5 === 0) await Promise.all([step(), step(), step()]);
      if (ended % 9 === 4) await failNext();
      else await encryptPost(worker);
      await worker.settled();
    }
    const done = await batch(batchId);
    expect(done).toMatchObject({ state: "DONE", filled: true, requestedBy: "api-key:admin" });
    expect(done.progress).toEqual({
      ...{ total: 20, pending: 0, rotating: 0, succeeded: 18, failed: 2, skipped: 0, percent: 100, secondsLeft: 0 },
    });
    const failed = await items(batchId, "?state=FAILED");
    expect(failed.map(({ reason, fromKeyVersion }) => [reason, fromKeyVersion])).toEqual([
      ["It broke.", 1],
      ["It broke.", 1],
    ]);
    await expectReport(batchId, failed);

    const retried = await administer(worker, "POST", `${ROTATIONS}/${batchId}/retry-failed`, undefined);
    expect(retried).toEqual({ status: 202, body: { retried: 2, complete: true } });
    for (let n = 0; n < 2; n++) {
      await encryptPost(worker);
      await worker.settled();
    }
    expect((await batch(batchId)).progress).toMatchObject({ succeeded: 20, failed: 0 });
    for (const { videoPostId } of posts) {
      expect((await onlyPart(worker, videoPostId)).playing?.keyVersion).toBe(2);
    }
    expect(await tryClaim(worker)).toBeNull();
  });

  async function expectReport(batchId: string, failed: readonly RotationItemView[]): Promise<void> {
    const read = async (format: string) => {
      const response = await worker.admin("GET", `${ROTATIONS}/${batchId}/items?state=FAILED&format=${format}`);
      const text = new TextDecoder().decode(await response.arrayBuffer());
      return { type: response.headers.get("content-type"), text };
    };
    const ndjson = await read("ndjson");
    expect(ndjson.type).toBe("application/x-ndjson");
    expect(
      ndjson.text
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual(failed);
    const csv = await read("csv");
    expect(csv.type).toContain("text/csv");
    const [head, ...rows] = csv.text.trimEnd().split("\r\n");
    expect(head).toBe("videoPostId,fileIndex,state,fromKeyVersion,toKeyVersion,reason,jobId,startedAt,finishedAt");
    expect(rows.map((row) => row.split(",").slice(0, 6))).toEqual(
      failed.map(({ videoPostId }) => [videoPostId, "0", "FAILED", "1", "", "It broke."]),
    );
  }
});

describe("a batch", () => {
  it("is found in the list, and its items by pages", async () => {
    await publish(3);
    const first = await begin();
    await emptyQueue();
    await step();
    const second = await begin();
    const { body } = await administer(worker, "GET", ROTATIONS, undefined);
    const listed = body.rotations as { batchId: string; selection: unknown }[];
    expect(listed.map(({ batchId }) => batchId)).toEqual([second, first]);
    expect(listed[0]?.selection).toEqual({ createdFrom });
    const page = async (query: string) =>
      (await administer(worker, "GET", `${ROTATIONS}/${second}/items${query}`, undefined)).body as {
        items: RotationItemView[];
        nextCursor: string | null;
      };
    const one = await page("?limit=2");
    const two = await page(`?limit=2&cursor=${one.nextCursor}`);
    expect([one.items.length, two.items.length, two.nextCursor]).toEqual([2, 1, null]);
    expect([...one.items, ...two.items]).toEqual(await items(second));
  });

  it("begins nothing while it is paused, goes on when it is resumed, and leaves alone what it is cancelled before", async () => {
    await publish(4);
    const batchId = await begin({ maxInFlight: 1 });
    expect((await batch(batchId, "pause")).state).toBe("PAUSED");
    await encryptPost(worker);
    await worker.settled();
    await step();
    expect([await live(), (await batch(batchId)).progress.pending]).toEqual([0, 3]);
    expect((await batch(batchId, "pause")).state).toBe("PAUSED");
    expect((await batch(batchId, "resume")).progress.rotating).toBe(1);
    const cancelled = await batch(batchId, "cancel");
    expect([cancelled.state, cancelled.progress.rotating]).toEqual(["CANCELLED", 1]);
    await encryptPost(worker);
    await worker.settled();
    await step();
    expect((await batch(batchId)).progress).toMatchObject({ succeeded: 2, pending: 2, rotating: 0 });
    expect(await live()).toBe(0);
    for (const verb of ["pause", "resume", "retry-failed"]) {
      const { status, body } = await administer(worker, "POST", `${ROTATIONS}/${batchId}/${verb}`, undefined);
      expect([status, body.code], verb).toEqual([409, "wrong-state"]);
    }
  });

  it("that is tried out tells what it would do, and writes nothing", async () => {
    const [post] = await publish(2);
    await createPost(worker);
    await emptyQueue();
    const before = await everything();
    const { status, body } = await ask({ dryRun: true });
    expect(status).toBe(200);
    expect(body).toMatchObject({ dryRun: true, nextCursor: null });
    expect(body.totals).toEqual({ rotate: 2, skip: 1, segments: 24, bytes: 24_000 });
    expect(
      (body.items as { videoPostId: string }[]).find(({ videoPostId }) => videoPostId === post!.videoPostId),
    ).toEqual({
      ...{ videoPostId: post!.videoPostId, fileIndex: 0, keyVersion: 1, outcome: "rotate" },
      ...{ qualities: 4, segments: 12, bytes: 12_000 },
    });
    expect(await everything()).toEqual(before);
  });

  /** All that rotation could touch. */
  async function everything(): Promise<unknown[]> {
    const tables = ["key_rotation_batch", "key_rotation_item", "video_transcode_job", "video_post", "video_file_post"];
    const all = [...tables, "video_hls_encrypt_key", "video_post_revision"];
    const read = await testEnv.DB.batch(all.map((table) => testEnv.DB.prepare(`SELECT * FROM ${table} ORDER BY 1, 2`)));
    return read.map(({ results }) => results);
  }

  it("fails a part whose job was cancelled or whose processors have all died, and goes on", async () => {
    const short = startWorker({ JOB_MAX_ATTEMPTS: 1 });
    short.advance(worker.context.now() - Date.now());
    const [first, second] = await publish(3);
    const { body } = await administer(short, "POST", ROTATIONS, { selection: { createdFrom }, maxInFlight: 1 });
    const batchId = body.batchId as string;
    const order = await claim(worker);
    short.advance(10 * 60_000);
    worker.advance(10 * 60_000);
    await scanJobs(short.context, short.context.now());
    await step();
    expect(await worker.context.jobs.find(order.jobId)).toMatchObject({ state: "FAILED" });
    const [waiting] = await worker.context.jobs.list({ state: "QUEUED", kind: "ENCRYPT", limit: 10 });
    await worker.admin("POST", `/api/v2/jobs/${waiting!.jobId}/cancel`);
    await step();
    await encryptPost(worker);
    await worker.settled();
    const ended = await items(batchId);
    expect(ended.map(({ state, reason }) => [state, reason])).toEqual([
      ["FAILED", "The processor stopped answering, in all of 1 attempts."],
      ["FAILED", "The job was cancelled."],
      ["SUCCEEDED", null],
    ]);
    for (const post of [first!, second!]) {
      expect((await onlyPart(worker, post.videoPostId)).playing?.keyVersion).toBe(1);
      expect(await askKey(worker, post, await anonymousToken(worker, post))).toBe("key");
    }
  });

  it("leaves out, with the reason, what was deleted, never encrypted, or is in another batch's hands", async () => {
    const [rotating, deleted] = await publish(2);
    const unready = await createPost(worker);
    await begin({ selection: { videoPostId: rotating!.videoPostId } });
    // What comes first in line is in other hands, so nothing of this batch is begun before the deletion.
    await administer(worker, "POST", `${ROTATIONS}`, { selection: { createdFrom }, maxInFlight: 1 });
    const { body } = await administer(worker, "GET", ROTATIONS, undefined);
    const [{ batchId }] = body.rotations as [{ batchId: string }];
    await worker.admin("DELETE", `/api/v2/video-posts/${deleted!.videoPostId}`);
    await step();
    const reasons = new Map((await items(batchId)).map((item) => [item.videoPostId, [item.state, item.reason]]));
    expect(Object.fromEntries(reasons)).toEqual({
      [rotating!.videoPostId]: ["SKIPPED", "already-rotating"],
      [deleted!.videoPostId]: ["SKIPPED", "deleted"],
      [unready]: ["SKIPPED", "not-playing"],
    });
    expect((await batch(batchId)).state).toBe("DONE");
  });
});

describe("those who watch", () => {
  it.each([
    ["for as long as the deployment says", {}, GRACE_MS],
    ["for as long as the batch says", { graceSeconds: 300 }, 300_000],
    ["no longer, where the batch says so", { graceSeconds: 0 }, 0],
  ])("go on with the keys they have %s", async (_, more, graceMs) => {
    const [post] = await publish(1);
    const session = await startSession(worker, post!, await siteToken(worker, post!));
    await begin(more);
    const order = await claim(worker);
    expect(order.kind).toBe("ENCRYPT");
    expect(await askKey(worker, post!, session, "1080p")).toBe("key");
    await worker.context.jobs.release({ jobId: order.jobId, leaseToken: await leaseOf(order.jobId), now: 1 });
    const keys = await encryptPost(worker);
    expect(await askKey(worker, { keys }, await anonymousToken(worker, post!))).toBe("key");
    if (graceMs > 0) {
      worker.advance(graceMs - 5000);
      expect(await askKey(worker, post!, session, "1080p")).toBe("key");
      worker.advance(5000);
    }
    expect(await askKey(worker, post!, session, "1080p")).toBe("key-superseded");
    await worker.settled();
  });

  async function leaseOf(jobId: string): Promise<string> {
    const found = testEnv.DB.prepare("SELECT lease_token FROM video_transcode_job WHERE job_id = ?").bind(jobId);
    return (await found.first<string>("lease_token"))!;
  }

  it("are not cut off by a rotation that fails, which leaves no trace in what plays", async () => {
    const [post] = await publish(1);
    const session = await startSession(worker, post!, await siteToken(worker, post!));
    const before = await onlyPart(worker, post!.videoPostId);
    const batchId = await begin();
    await failNext();
    expect((await batch(batchId)).progress).toMatchObject({ failed: 1, percent: 100 });
    const after = await onlyPart(worker, post!.videoPostId);
    expect(after).toEqual({ ...before, failReason: "It broke.", updateType: "HAS_UPDATE" });
    worker.advance(2 * GRACE_MS);
    expect(await askKey(worker, post!, session, "1080p")).toBe("key");
  });
});

describe("what makes no sense", () => {
  it.each<[string, unknown, number]>([
    ["no selection", {}, 422],
    ["an empty selection", { selection: {} }, 422],
    ["everything and something", { selection: { everything: true, authorId: "a" } }, 422],
    ["everything: false", { selection: { everything: false } }, 422],
    ["a part of no post", { selection: { fileIndex: 0 } }, 422],
    ["a misspelt filter", { selection: { authorID: "a" } }, 422],
    ["a time that is none", { selection: { createdFrom: "yesterday" } }, 422],
    ["a status that posts do not have", { selection: { status: "DELETED" } }, 422],
    ["no part at a time", { selection: { everything: true }, maxInFlight: 0 }, 422],
    ["far too many at a time", { selection: { everything: true }, maxInFlight: 51 }, 422],
    ["a grace before now", { selection: { everything: true }, graceSeconds: -1 }, 422],
    ["a grace of years", { selection: { everything: true }, graceSeconds: 1e9 }, 422],
    ["a cursor without a dry run", { selection: { everything: true }, cursor: "a:0" }, 422],
    ["a cursor that is none", { selection: { everything: true }, dryRun: true, cursor: "'; DROP" }, 422],
    ["a post that is not there", { selection: { videoPostId: "nobody" } }, 404],
  ])("is refused: %s", async (_, body, status) => {
    expect((await administer(worker, "POST", ROTATIONS, body)).status).toBe(status);
    expect((await administer(worker, "GET", ROTATIONS, undefined)).body.rotations).toEqual([]);
  });

  it("is refused: parts and posts that are not there, batches that are not there, and queries", async () => {
    const [post] = await publish(1);
    const { videoPostId } = post!;
    expect((await ask({ selection: { videoPostId, fileIndex: 7 } })).status).toBe(404);
    await worker.admin("DELETE", `/api/v2/video-posts/${videoPostId}`);
    expect((await ask({ selection: { videoPostId } })).status).toBe(410);
    for (const path of ["", "/items"]) {
      expect((await worker.admin("GET", `${ROTATIONS}/nobody${path}`)).status).toBe(404);
    }
    for (const verb of ["pause", "resume", "cancel", "retry-failed"]) {
      expect((await worker.admin("POST", `${ROTATIONS}/nobody/${verb}`)).status).toBe(404);
    }
    const { body } = await administer(worker, "POST", ROTATIONS, { selection: { authorId: "nobody at all" } });
    expect(body).toMatchObject({ state: "DONE", progress: { total: 0, percent: 100, secondsLeft: 0 } });
    const queries = ["state=BROKEN", "limit=0", "limit=501", "limit=x", "cursor=x", "format=xml", "colour=red"];
    for (const query of [...queries, "format=csv&cursor=a:0"]) {
      expect((await worker.admin("GET", `${ROTATIONS}/${body.batchId}/items?${query}`)).status, query).toBe(422);
    }
    expect((await worker.admin("GET", `${ROTATIONS}?cursor=x`)).status).toBe(422);
  });
});
