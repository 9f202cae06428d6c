import { beforeEach, describe, expect, it } from "vitest";
import { scanJobs } from "../../../shared/application/commands/scan-jobs.ts";
import type { RotationItemView } from "../../../shared/application/protocols/rotation-protocol.ts";
import { database } from "../support/inspection.ts";
import { emptyQueue, onlyPart } from "../support/one-job.ts";
import { claim, createPost, encryptPost, tryClaim } from "../support/published-post.ts";
import { ROTATIONS, type RotationTest, rotationTest } from "../support/rotation-test.ts";
import { administer, anonymousToken, askKey } from "../support/viewing.ts";
import { startWorker } from "../support/worker.ts";

const worker = startWorker();
let rotation: RotationTest;
beforeEach(async () => {
  rotation = await rotationTest(worker);
});

describe("a batch of 20 parts", () => {
  it("continues with each job that ends, reports what failed, and retries it", { timeout: 300_000 }, async () => {
    const posts = await rotation.publish(20);
    const batchId = await rotation.begin({ maxInFlight: 3 });
    expect((await rotation.batch(batchId)).progress).toMatchObject({ total: 20, pending: 17, rotating: 3, percent: 0 });
    for (let ended = 0; ended < 20; ended++) {
      expect(await rotation.live()).toBe(Math.min(3, 20 - ended));
      // Others act at the same time, and change nothing.
      if (ended % 5 === 0) await Promise.all([rotation.step(), rotation.step(), rotation.step()]);
      if (ended % 9 === 4) await rotation.failNext();
      else await encryptPost(worker);
      await worker.settled();
    }
    const done = await rotation.batch(batchId);
    expect(done).toMatchObject({ state: "DONE", filled: true, requestedBy: "api-key:admin" });
    expect(done.progress).toEqual({
      ...{ total: 20, pending: 0, rotating: 0, succeeded: 18, failed: 2, skipped: 0, percent: 100, secondsLeft: 0 },
    });
    const failed = await rotation.items(batchId, "?state=FAILED");
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
    expect((await rotation.batch(batchId)).progress).toMatchObject({ succeeded: 20, failed: 0 });
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
    await rotation.publish(3);
    const first = await rotation.begin();
    await emptyQueue();
    await rotation.step();
    const second = await rotation.begin();
    const { body } = await administer(worker, "GET", ROTATIONS, undefined);
    const listed = body.rotations as { batchId: string; selection: unknown }[];
    expect(listed.map(({ batchId }) => batchId)).toEqual([second, first]);
    expect(listed[0]?.selection).toEqual({ createdFrom: rotation.createdFrom });
    const page = async (query: string) =>
      (await administer(worker, "GET", `${ROTATIONS}/${second}/items${query}`, undefined)).body as {
        items: RotationItemView[];
        nextCursor: string | null;
      };
    const one = await page("?limit=2");
    const two = await page(`?limit=2&cursor=${one.nextCursor}`);
    expect([one.items.length, two.items.length, two.nextCursor]).toEqual([2, 1, null]);
    expect([...one.items, ...two.items]).toEqual(await rotation.items(second));
  });

  it("starts nothing while it is paused, continues when resumed, and leaves the rest when cancelled", async () => {
    await rotation.publish(4);
    const batchId = await rotation.begin({ maxInFlight: 1 });
    expect((await rotation.batch(batchId, "pause")).state).toBe("PAUSED");
    await encryptPost(worker);
    await worker.settled();
    await rotation.step();
    expect([await rotation.live(), (await rotation.batch(batchId)).progress.pending]).toEqual([0, 3]);
    expect((await rotation.batch(batchId, "pause")).state).toBe("PAUSED");
    expect((await rotation.batch(batchId, "resume")).progress.rotating).toBe(1);
    const cancelled = await rotation.batch(batchId, "cancel");
    expect([cancelled.state, cancelled.progress.rotating]).toEqual(["CANCELLED", 1]);
    await encryptPost(worker);
    await worker.settled();
    await rotation.step();
    expect((await rotation.batch(batchId)).progress).toMatchObject({ succeeded: 2, pending: 2, rotating: 0 });
    expect(await rotation.live()).toBe(0);
    for (const verb of ["pause", "resume", "retry-failed"]) {
      const { status, body } = await administer(worker, "POST", `${ROTATIONS}/${batchId}/${verb}`, undefined);
      expect([status, body.code], verb).toEqual([409, "wrong-state"]);
    }
  });

  it("reports as a dry run what it would do, and writes nothing", async () => {
    const [post] = await rotation.publish(2);
    await createPost(worker);
    // The events of these saves are delivered meanwhile.
    await worker.settled();
    const before = await everything();
    const { status, body } = await rotation.ask({ dryRun: true });
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
    return Promise.all(all.map((table) => database.rows(table)));
  }

  it("fails a part whose job was cancelled or whose processors all died, and continues", async () => {
    const short = startWorker({ JOB_MAX_ATTEMPTS: 1 });
    short.advance(worker.context.now() - Date.now());
    const [first, second] = await rotation.publish(3);
    const { body } = await administer(short, "POST", ROTATIONS, {
      selection: { createdFrom: rotation.createdFrom },
      maxInFlight: 1,
    });
    const batchId = body.batchId as string;
    const order = await claim(worker);
    short.advance(10 * 60_000);
    worker.advance(10 * 60_000);
    await scanJobs(short.context, short.context.now());
    await rotation.step();
    expect(await worker.context.jobs.find(order.jobId)).toMatchObject({ state: "FAILED" });
    const [waiting] = await worker.context.jobs.list({ state: "QUEUED", kind: "ENCRYPT", limit: 10 });
    await worker.admin("POST", `/api/v2/jobs/${waiting!.jobId}/cancel`);
    await rotation.step();
    // The cancellation lets the batch continue too: the next part may be in the hands of that step.
    await worker.settled();
    await encryptPost(worker);
    await worker.settled();
    const ended = await rotation.items(batchId);
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

  it("skips, with the reason, what was deleted, never encrypted, or is in another batch", async () => {
    const [rotating, deleted] = await rotation.publish(2);
    const unready = await createPost(worker);
    await rotation.begin({ selection: { videoPostId: rotating!.videoPostId } });
    // What comes first in line is in other hands, so nothing of this batch is started before the deletion.
    await administer(worker, "POST", `${ROTATIONS}`, {
      selection: { createdFrom: rotation.createdFrom },
      maxInFlight: 1,
    });
    const { body } = await administer(worker, "GET", ROTATIONS, undefined);
    const [{ batchId }] = body.rotations as [{ batchId: string }];
    await worker.admin("DELETE", `/api/v2/video-posts/${deleted!.videoPostId}`);
    await rotation.step();
    const reasons = new Map(
      (await rotation.items(batchId)).map((item) => [item.videoPostId, [item.state, item.reason]]),
    );
    expect(Object.fromEntries(reasons)).toEqual({
      [rotating!.videoPostId]: ["SKIPPED", "already-rotating"],
      [deleted!.videoPostId]: ["SKIPPED", "deleted"],
      [unready]: ["SKIPPED", "not-playing"],
    });
    expect((await rotation.batch(batchId)).state).toBe("DONE");
  });
});
