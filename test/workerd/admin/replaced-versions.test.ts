import { beforeEach, describe, expect, it } from "vitest";
import { deleteReplaced } from "../../../edge/events/delete-replaced.ts";
import type { DeletionMessage } from "../../../edge/queues/messages.ts";
import { uuidV7 } from "../../../shared/lib/random-id.ts";
import { addJob, emptyQueue, onlyPart } from "../support/one-job.ts";
import { encryptPost, publishPost } from "../support/published-post.ts";
import { type TestEnv, type TestSettings, testEnv } from "../support/test-env.ts";
import { startWorker, type TestWorker } from "../support/worker.ts";

const HOUR_MS = 3600_000;
const LONGEST_DELAY_SECONDS = 12 * 3600;

type Sent = { readonly body: DeletionMessage; readonly delaySeconds: number | undefined };

/** The queue, and what was sent to it. */
function recordedQueue(): { queue: TestEnv["DELETE_OBJECTS"]; sent: Sent[] } {
  const sent: Sent[] = [];
  const queue = new Proxy(testEnv.DELETE_OBJECTS, {
    get(target, property) {
      const member = Reflect.get(target, property) as unknown;
      if (property === "send") {
        return (body: DeletionMessage, options?: QueueSendOptions) => {
          sent.push({ body, delaySeconds: options?.delaySeconds });
          return target.send(body, options);
        };
      }
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
  return { queue, sent };
}

let sent: Sent[];
function start(settings: TestSettings): TestWorker {
  const recorded = recordedQueue();
  sent = recorded.sent;
  return startWorker({ DELETE_OBJECTS: recorded.queue, ...settings });
}

beforeEach(() => emptyQueue());

const prefixOf = async (worker: TestWorker, videoPostId: string) =>
  (await onlyPart(worker, videoPostId)).playing!.prefix;

async function rotate(worker: TestWorker, videoPostId: string): Promise<void> {
  // A later time, since the ids of jobs are in the order of their creation.
  worker.advance(1000);
  await addJob(worker, videoPostId, { jobId: uuidV7(worker.context.now()), kind: "ENCRYPT" });
  await encryptPost(worker, videoPostId);
}

/** A post whose version was replaced once. */
async function replaced(worker: TestWorker) {
  const { videoPostId } = await publishPost(worker);
  const old = await prefixOf(worker, videoPostId);
  await rotate(worker, videoPostId);
  return { videoPostId, old };
}

async function objects(prefix: string): Promise<number> {
  const lists = await Promise.all([testEnv.SOURCE.list({ prefix }), testEnv.PLAYBACK.list({ prefix })]);
  return lists.reduce((sum, { objects: some }) => sum + some.length, 0);
}

const waiting = () => sent.filter(({ body }) => "replaced" in body);
const gone = (prefix: string) => expect.poll(() => objects(prefix), { timeout: 30_000 }).toBe(0);

describe("a version that was replaced", () => {
  it("is deleted by the queue after the grace, segments and playlists, and the new one stays", async () => {
    const worker = start({ KEY_GRACE_SECONDS: "1", SEGMENT_GRACE_SECONDS: "1" });
    const { videoPostId, old } = await replaced(worker);
    expect(await objects(old)).toBeGreaterThan(0);
    await gone(old);
    expect(await objects(await prefixOf(worker, videoPostId))).toBeGreaterThan(0);
  });

  it("has one message, for the end of its keys and of the time that segments outlast them", async () => {
    const worker = start({ KEY_GRACE_SECONDS: "100", SEGMENT_GRACE_SECONDS: "20" });
    const { old } = await replaced(worker);
    expect(waiting()).toEqual([
      {
        body: { kind: "delete-replaced", replaced: old, notBefore: expect.any(Number) },
        delaySeconds: expect.any(Number),
      },
    ]);
    // From the sending on, a moment after the save.
    expect(waiting()[0]!.delaySeconds).toBeGreaterThan(100);
    expect(waiting()[0]!.delaySeconds).toBeLessThanOrEqual(120);
  });

  it("waits in several messages for a grace that is longer than a queue can delay", async () => {
    const worker = start({ KEY_GRACE_SECONDS: String(30 * 3600), SEGMENT_GRACE_SECONDS: "0" });
    const { old } = await replaced(worker);
    const delays = () => waiting().map(({ delaySeconds }) => delaySeconds);
    expect(delays()).toEqual([LONGEST_DELAY_SECONDS]);
    for (let message = 0; message < 2; message++) {
      worker.advance(12 * HOUR_MS);
      await deleteReplaced(worker.context, waiting().at(-1)!.body as never);
    }
    expect(delays().slice(0, 2)).toEqual([LONGEST_DELAY_SECONDS, LONGEST_DELAY_SECONDS]);
    expect(delays()[2]).toBeLessThanOrEqual(6 * 3600);
    expect(await objects(old)).toBeGreaterThan(0);
    worker.advance(6 * HOUR_MS);
    await deleteReplaced(worker.context, waiting().at(-1)!.body as never);
    await gone(old);
  });

  it("stays while its keys are served, whatever a message says, which then waits for their end", async () => {
    const worker = start({ KEY_GRACE_SECONDS: "3600", SEGMENT_GRACE_SECONDS: "20" });
    const { old } = await replaced(worker);
    await deleteReplaced(worker.context, { replaced: old, notBefore: 0 });
    expect(waiting()).toHaveLength(2);
    expect(waiting()[1]!.delaySeconds).toBeGreaterThan(3600);
    expect(await objects(old)).toBeGreaterThan(0);
  });

  it("is deleted once, however often a message comes, also when the part was rotated again or has a live job", async () => {
    const worker = start({ KEY_GRACE_SECONDS: "1000", SEGMENT_GRACE_SECONDS: "0" });
    const { videoPostId, old } = await replaced(worker);
    await rotate(worker, videoPostId);
    await addJob(worker, videoPostId, { jobId: uuidV7(worker.context.now()), kind: "ENCRYPT" });
    const message = waiting()[0]!.body as { replaced: string; notBefore: number };
    expect(message.replaced).toBe(old);
    worker.advance(1001_000);
    await deleteReplaced(worker.context, message);
    await deleteReplaced(worker.context, message);
    await gone(old);
    expect(await objects(await prefixOf(worker, videoPostId))).toBeGreaterThan(0);
  });

  it("is not deleted where the message names what plays, or what no job of this database has made", async () => {
    const worker = start({ KEY_GRACE_SECONDS: "0" });
    const { videoPostId } = await publishPost(worker);
    const playing = await prefixOf(worker, videoPostId);
    const before = sent.length;
    for (const prefix of [playing, `a-film/${crypto.randomUUID()}/enc/k1-c1/`, "backup/2026/", "uploads/x/"]) {
      await deleteReplaced(worker.context, { replaced: prefix, notBefore: 0 });
    }
    expect(sent.length).toBe(before);
    expect(await objects(playing)).toBeGreaterThan(0);
  });
});
