import { beforeEach, describe, expect, it, vi } from "vitest";
import { dispatchEvents } from "../../../edge/events/outbox.ts";
import type { DomainEvent } from "../../../shared/domain/events/domain-event.ts";
import { uuidV7 } from "../../../shared/lib/random-id.ts";
import { deliver } from "../support/audited.ts";
import { database } from "../support/inspection.ts";
import { emptyQueue, onlyPart } from "../support/one-job.ts";
import { publishPost } from "../support/published-post.ts";
import { testEnv } from "../support/test-env.ts";
import { startWorker, type TestWorker } from "../support/worker.ts";

let worker: TestWorker;

beforeEach(async () => {
  worker = startWorker();
  await emptyQueue();
  await database.change("video_post_revision", { dispatched_at: 1 }, { dispatched_at: null });
});

async function eventsOf(videoPostId: string): Promise<DomainEvent[]> {
  const saves = await database.rows<{ events: string; version: number }>("video_post_revision", {
    video_post_id: videoPostId,
  });
  const inOrder = saves.toSorted((one, other) => one.version - other.version);
  return inOrder.flatMap(({ events }) => JSON.parse(events) as DomainEvent[]);
}

/** A row of the outbox as any release may have left it. */
async function saveRow(videoPostId: string, version: number, events: readonly object[]): Promise<void> {
  const save = { save_id: `${videoPostId}-${version}`, events: JSON.stringify(events), lease_guard: 1 };
  await database.insert("video_post_revision", {
    ...{ video_post_id: videoPostId, version, created_at: 5000 + version },
    ...save,
  });
}

const isDispatched = async (videoPostId: string, version: number) => {
  const [row] = await database.rows("video_post_revision", { video_post_id: videoPostId, version });
  return row!.dispatched_at !== null;
};

async function storedPrefix(): Promise<string> {
  const prefix = `a-film/${uuidV7(Date.now())}/c1/`;
  await testEnv.SOURCE.put(`${prefix}360p/index.m3u8`, "x");
  return prefix;
}

const gone = (prefix: string) =>
  expect.poll(async () => (await testEnv.SOURCE.list({ prefix })).objects.length, { timeout: 30_000 }).toBe(0);

describe("the events of a save", () => {
  it("report with an identity when a post is published, unpublished and deleted", async () => {
    const { videoPostId } = await publishPost(worker);
    const audit = (result: string, reason?: string) =>
      worker.admin("POST", `/api/v2/video-posts/${videoPostId}/audit`, { result, reason });
    expect((await audit("REJECTED", "too dark")).status).toBe(200);
    expect((await audit("PASSED")).status).toBe(200);
    expect((await worker.admin("DELETE", `/api/v2/video-posts/${videoPostId}`)).status).toBe(200);
    const events = await eventsOf(videoPostId);
    expect(events.map(({ type }) => type)).toEqual([
      ...["VideoPostCreated", "VideoAuditPassed", "VideoPostPublished", "VideoPartReady"],
      ...["VideoAuditRejected", "VideoPostUnpublished"],
      ...["VideoAuditPassed", "VideoPostPublished", "VideoPostDeleted"],
    ]);
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
    for (const event of events) expect(event).toMatchObject({ videoPostId, at: expect.any(Number) });
    await worker.settled();
  });

  it("are handled where an earlier release has saved them without an identity", async () => {
    const prefix = await storedPrefix();
    await saveRow("earlier", 3, [
      { type: "VideoAuditRejected", auditedBy: "anna", reason: "" },
      { type: "SingleKeyContentMigrated", prefixes: [prefix] },
    ]);
    const now = worker.context.now();
    const first = { first: 10, again: 0, firstWaitMs: 1000, longestWaitMs: 1000 };
    const [save] = await worker.context.outbox.takeDue({ now, ...first });
    expect(save!.events.map(({ id, videoPostId, at }) => [id, videoPostId, at])).toEqual([
      ["earlier.3.0", "earlier", 5003],
      ["earlier.3.1", "earlier", 5003],
    ]);
    worker.advance(1000);
    await dispatchEvents(worker.context);
    expect(await isDispatched("earlier", 3)).toBe(true);
    await gone(prefix);
  });

  it("wait for a later release if this one does not know them, and delay no other event", async () => {
    const prefixes = [await storedPrefix(), await storedPrefix(), await storedPrefix()];
    const migrated = (n: number) => ({ type: "SingleKeyContentMigrated", prefixes: [prefixes[n]] });
    await saveRow("later", 1, [{ type: "VideoPostRestored" }, migrated(0)]);
    await saveRow("later", 2, [migrated(1)]);
    await saveRow("other", 3, [migrated(2)]);
    const failure = await dispatchEvents(worker.context).catch((error: unknown) => error);
    expect(String((failure as AggregateError).errors[0])).toContain("later.1.0 has the unknown type VideoPostRestored");
    const dispatched = [await isDispatched("later", 1), await isDispatched("later", 2), await isDispatched("other", 3)];
    expect(dispatched).toEqual([false, true, true]);
    for (const prefix of prefixes) await gone(prefix);
  });

  it("are delivered once every save before them was tried, however many of them fail", async () => {
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    const failing = {
      version: 1,
      save_id: "s",
      events: '[{"type":"VideoPostRestored"}]',
      lease_guard: 1,
      created_at: 1,
    };
    const posts = Array.from({ length: 120 }, (_, n) => `unknown-${n}`);
    await database.insert(
      "video_post_revision",
      posts.map((id) => ({ video_post_id: id, ...failing })),
    );
    const prefix = await storedPrefix();
    await saveRow("last", 1000, [{ type: "SingleKeyContentMigrated", prefixes: [prefix] }]);
    for (let minute = 0; minute < 25; minute++) {
      await dispatchEvents(worker.context).catch(() => {});
      worker.advance(60_000);
    }
    expect(await isDispatched("last", 1000)).toBe(true);
    await gone(prefix);
    log.mockRestore();
  });

  it("are tried again after a wait that doubles up to an hour", async () => {
    await saveRow("unknown", 1, [{ type: "VideoPostRestored" }]);
    const attempts = async () => {
      await dispatchEvents(worker.context).catch(() => {});
      const [row] = await database.rows<{ dispatch_attempts: number }>("video_post_revision", {
        video_post_id: "unknown",
      });
      return row!.dispatch_attempts;
    };
    let made = await attempts();
    for (const seconds of [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]) {
      worker.advance((seconds - 10) * 1000);
      expect(await attempts(), `${seconds} s`).toBe(made);
      worker.advance(10_000);
      made += 1;
      expect(await attempts(), `${seconds} s`).toBe(made);
    }
  });
});

describe("a message of a queue", () => {
  it.each([
    ["with its kind", { kind: "delete-objects", bucket: "SOURCE" }],
    ["of an earlier release, without a kind", { bucket: "SOURCE" }],
  ])("deletes what it names: %s", async (_, message) => {
    const prefix = await storedPrefix();
    expect(await deliver([{ ...message, prefix }])).toEqual({ acknowledged: ["m0"], delays: [] });
    await gone(prefix);
  });

  it.each([{ kind: "delete-replaced" }, {}])(
    "names a replaced version, which stays while it plays: %j",
    async (kind) => {
      const { videoPostId } = await publishPost(worker);
      const { prefix } = (await onlyPart(worker, videoPostId)).playing!;
      const message = { ...kind, replaced: prefix, notBefore: 0 };
      expect(await deliver([message])).toEqual({ acknowledged: ["m0"], delays: [] });
      expect((await testEnv.PLAYBACK.list({ prefix })).objects.length).toBeGreaterThan(0);
    },
  );

  it("is retried if its work failed, and does not delay the others", async () => {
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    const prefix = await storedPrefix();
    const bodies = ["not/a-prefix/of-ours", prefix].map((prefix) => ({
      kind: "delete-objects",
      bucket: "SOURCE",
      prefix,
    }));
    const delivered = await deliver([...bodies, { kind: "something-else" }]);
    expect(delivered).toEqual({ acknowledged: ["m1"], delays: [30, 3600] });
    expect(log).toHaveBeenCalledTimes(2);
    log.mockRestore();
    await gone(prefix);
  });
});
