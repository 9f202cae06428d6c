import { Webhook } from "standardwebhooks";
import { Upload } from "tus-js-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bodyOf, type Client, createClient, type NewWebhookEndpoint } from "../../client/index.ts";
import { mediaPlaylistKey, multivariantKey, segmentKey } from "../../shared/domain/part/object-keys.ts";
import { startWebhookSite, type WebhookSite } from "../fixtures/webhook-site.ts";
import type { SiteRequest } from "../fixtures/webhook-site-types.ts";
import { FakeProcessor } from "./fake-processor.ts";
import { type Buckets, openBuckets } from "./ready-posts.ts";
import { type StoppableWorker, startStoppableWorker } from "./stoppable-worker.ts";
import { TEST_SECRETS } from "./test-secrets.ts";

/*
 * What follows from a save when the Worker is killed on the way: before the dispatch of its events, after their handlers
 * and before the mark, and while an attempt of a webhook waits for its response. The steps follow each other; each needs those before it.
 */

const REWARD = 10;
const SETTINGS = {
  AUTHOR_REWARD_POINTS: String(REWARD),
  WEBHOOK_ADDRESSES: "any",
  WEBHOOK_TIMEOUT_SECONDS: "30",
};
/** The statements of the outbox that take the events of saves, and that mark them as handled. */
const TAKE = /set "?dispatch_attempts"? =/i;
const MARK = /set "?dispatched_at"? =/i;
/** Beyond the wait of a delivery that was taken once; then beyond the lease of an attempt. A receiver accepts 5 minutes. */
const AFTER_WAIT_MS = 60_000;
const AFTER_LEASE_MS = 200_000;

let worker: StoppableWorker;
let site: WebhookSite;
let buckets: Buckets;
let client: Client;
let endpoint: NewWebhookEndpoint;
let videoPostId: string;

beforeAll(async () => {
  [worker, site] = await Promise.all([startStoppableWorker(SETTINGS), startWebhookSite()]);
  buckets = openBuckets(worker.origin);
  client = createClient({ baseUrl: worker.origin, token: TEST_SECRETS.ADMIN_API_KEY });
  const body = { url: `${site.origin}/hook`, events: ["post.published", "post.deleted"] } as const;
  endpoint = bodyOf(await client.createWebhook({ body }));
  videoPostId = await createReviewablePost();
});

afterAll(async () => {
  buckets?.close();
  await worker?.stop();
  await site?.stop();
});

/** A post whose part plays once it is published, with objects of each kind. */
async function createReviewablePost(): Promise<string> {
  const uploadFileList = [{ uploadId: await upload(), fileName: "film.mp4" }];
  const post = { title: "A film", resourceType: "VIDEO", autoPublish: false, uploadFileList } as const;
  const created = bodyOf(await client.createVideoPost({ body: post }));
  const processor = await FakeProcessor.claim(worker.origin, `job-${created.files[0]!.jobId}`);
  await processor.complete();
  type Paths = { file_path: string; enc_path: string };
  const [part] = await worker.rows<Paths>("video_file_post", { video_id: created.videoPostId });
  const { file_path: clear, enc_path: encrypted } = part!;
  const { signal } = new AbortController();
  const headers = { contentType: "video/mp2t", cacheControl: "no-store" };
  const put = (bucket: "source" | "playback", key: string) => buckets[bucket].putBytes(key, "x", headers, signal);
  await put("source", segmentKey(clear, "360p", 1));
  await put("source", multivariantKey(encrypted));
  await put("source", mediaPlaylistKey(encrypted, "360p"));
  await put("playback", segmentKey(encrypted, "360p", 1));
  return created.videoPostId;
}

function upload(): Promise<string> {
  return new Promise((resolve, reject) => {
    const transfer = new Upload(Buffer.from("some bytes"), {
      endpoint: `${worker.origin}/api/v2/uploads`,
      headers: { authorization: `Bearer ${TEST_SECRETS.ADMIN_API_KEY}` },
      onError: reject,
      onSuccess: () => resolve(transfer.url!.split("/").at(-1)!),
    });
    transfer.start();
  });
}

async function objects(): Promise<string[]> {
  const { signal } = new AbortController();
  const lists = await Promise.all([buckets.source, buckets.playback].map((bucket) => bucket.list("", signal)));
  return lists.flat().map(({ key }) => key);
}

const uploads = async () => (await objects()).filter((key) => key.startsWith("uploads/"));

/** The saves whose events are not handled, by how often they were taken. */
async function undispatched(): Promise<number[]> {
  const rows = await worker.rows<{ dispatch_attempts: number }>("video_post_revision", {
    dispatched_at: null,
  });
  return rows.map((row) => row.dispatch_attempts);
}

async function ledger(): Promise<[string, number][]> {
  const rows = await worker.rows<{ direction: string; amount: number }>("author_reward");
  return rows.map(({ direction, amount }) => [direction, amount]);
}

const isInLibrary = async () => (await client.getVideo({ params: { videoPostId } })).status === 200;

async function deliveries(): Promise<[string, string, number][]> {
  const rows = await worker.rows<{ type: string; state: string; attempts: number }>("webhook_delivery");
  return rows.map(({ type, state, attempts }): [string, string, number] => [type, state, attempts]).toSorted();
}

/** Ends the Worker where a statement waits without an answer. */
async function killStopped(): Promise<void> {
  await expect.poll(() => worker.stopped()).toBe(1);
  await worker.killAndRestart();
}

describe("the events of a save", () => {
  it("are kept when the Worker is killed between the save and the dispatch", async () => {
    await expect.poll(undispatched).toEqual([]);
    await worker.stopAt(TAKE);
    const passed = await client.auditVideoPost({ params: { videoPostId }, body: { result: "PASSED" } });
    expect(bodyOf(passed).status).toBe("PUBLISHED");
    await killStopped();
    expect(await undispatched()).toEqual([0]);
    expect([await ledger(), await deliveries(), await isInLibrary()]).toEqual([[], [], false]);
    expect(await uploads()).toHaveLength(1);
  });

  it("are kept when the Worker is killed between their handlers and the mark, whatever the handlers have done", async () => {
    await worker.stopAt(MARK);
    const cron = worker.runCron().catch(() => {});
    await killStopped();
    await cron;
    expect(await undispatched()).toEqual([1]);
    expect([await ledger(), await isInLibrary()]).toEqual([[["REWARD", REWARD]], true]);
    expect(await deliveries()).toEqual([["post.published", "PENDING", 0]]);
    expect(site.requests).toEqual([]);
  });

  it("are handled again after that without a second reward, and their webhook is sent", async () => {
    site.answerWith([{ kind: "hang" }]);
    await worker.setClockAhead(AFTER_WAIT_MS);
    await worker.runCron();
    expect(await undispatched()).toEqual([]);
    expect([await ledger(), await isInLibrary()]).toEqual([[["REWARD", REWARD]], true]);
    await expect.poll(uploads).toEqual([]);
    await expect.poll(() => site.requests.length).toBe(1);
  });

  it("take all of a deleted post along, and end with each webhook under one id, after a kill between both sends", async () => {
    await worker.stopAt(TAKE);
    bodyOf(await client.deleteVideoPost({ params: { videoPostId } }));
    await killStopped();
    expect(await undispatched()).toEqual([0]);
    expect(await ledger()).toEqual([["REWARD", REWARD]]);
    expect(await deliveries()).toEqual([["post.published", "PENDING", 1]]);
    expect(await objects()).toHaveLength(4);

    await worker.setClockAhead(AFTER_LEASE_MS);
    await worker.runCron();
    expect(await undispatched()).toEqual([]);
    expect(await ledger()).toEqual([
      ["REWARD", REWARD],
      ["REVERSAL", REWARD],
    ]);
    expect(await isInLibrary()).toBe(false);
    await expect.poll(objects).toEqual([]);
    await expect.poll(deliveries).toEqual([
      ["post.deleted", "DELIVERED", 1],
      ["post.published", "DELIVERED", 2],
    ]);
    const verifier = new Webhook(endpoint.secret);
    const typeOf = ({ id, body, headers }: SiteRequest) => {
      const { type } = verifier.verify(body, headers) as { type: string };
      return `${type} ${id} ${body}`;
    };
    const [first, ...others] = site.requests.map(typeOf);
    expect(first).toMatch(/^post\.published /);
    expect(others.toSorted()).toEqual([expect.stringMatching(/^post\.deleted /), first]);
  });
});
