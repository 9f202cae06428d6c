import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { failingBucket } from "../support/failing-bucket.ts";
import { throws } from "../support/faults.ts";
import { type PublishedPost, publishPost } from "../support/published-post.ts";
import { RETRY_AFTER } from "../support/retry-after.ts";
import { testEnv } from "../support/test-env.ts";
import { askKey, type Held, siteToken, startSession } from "../support/viewing.ts";
import { startWorker, type TestWorker } from "../support/worker.ts";

/* R2 away at playlists and segments: a passing fault, and never a 4xx. */

const FAULTS = [
  "get: We encountered an internal error. Please try again. (10001)",
  "get: Please reduce your concurrent request rate for the same object. (10058)",
  "Network connection lost.",
];

const source = failingBucket(testEnv.SOURCE);
const playback = failingBucket(testEnv.PLAYBACK);
const bindings = { SOURCE: source.binding, PLAYBACK: playback.binding };
let post: PublishedPost;
let session: Held;

beforeAll(async () => {
  const worker = startWorker();
  post = await publishPost(worker);
  session = await startSession(worker, post, await siteToken(worker, post));
});
afterEach(() => {
  source.fail(null);
  playback.fail(null);
});

const resource = (worker: TestWorker, file: string) =>
  worker.fetch(`/video/enc/videoResource/${post.videoPostId}/0/${file}?token=${session.token}`);
/** Each row fetches another one: what was fetched once comes from the cache. */
const segment = (worker: TestWorker, message: string, init?: RequestInit) =>
  worker.fetch(`/video/enc/segments/${post.keys.encryptedPrefix}480p/seg_0000${1 + FAULTS.indexOf(message)}.ts`, init);

async function expectUnavailable(response: Response): Promise<void> {
  const { status, headers } = response;
  expect([status, headers.get("retry-after"), headers.get("cache-control")]).toEqual([503, RETRY_AFTER, "no-store"]);
  expect(headers.get("access-control-allow-origin")).toBe("*");
  expect(await response.json()).toMatchObject({ code: "unavailable" });
}

describe.each(FAULTS)("while R2 says %j", (message) => {
  it("playlists that no isolate has read yet are 503 with Retry-After, and come with the next attempt", async () => {
    const worker = startWorker(bindings);
    source.fail(throws(message));
    for (const file of ["master.m3u8", "480p/index.m3u8"]) await expectUnavailable(await resource(worker, file));
    source.fail(null);
    for (const file of ["master.m3u8", "480p/index.m3u8"]) expect((await resource(worker, file)).status).toBe(200);
  });

  it("serves playlists that were read before, and keys", async () => {
    const worker = startWorker(bindings);
    for (const file of ["master.m3u8", "480p/index.m3u8"]) expect((await resource(worker, file)).status).toBe(200);
    source.fail(throws(message));
    playback.fail(throws(message));
    for (const file of ["master.m3u8", "480p/index.m3u8"]) expect((await resource(worker, file)).status).toBe(200);
    expect(await askKey(worker, post, session)).toBe("key");
  });

  it("segments that no viewer has fetched are 503 with Retry-After, whole, in part or on condition, and no cache keeps that", async () => {
    const worker = startWorker(bindings);
    playback.fail(throws(message));
    const requests = [{}, { range: "bytes=0-9" }, { "if-none-match": '"x"' }];
    for (const headers of requests) await expectUnavailable(await segment(worker, message, { headers }));
    expect((await segment(worker, message, { method: "HEAD" })).status).toBe(503);
    playback.fail(null);
    expect((await segment(worker, message)).status).toBe(200);
  });
});
