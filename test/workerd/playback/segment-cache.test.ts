import { beforeEach, describe, expect, it } from "vitest";
import { createRequestHandler } from "../../../edge/request-handler.ts";
import { bytesOf, countedBucket } from "../support/counted-bucket.ts";
import { testEnv } from "../support/test-env.ts";
import { ORIGIN, startWorker, type TestWorker } from "../support/worker.ts";

/* Segments through the Worker: the cache of the location first, then R2. The Cache API is miniflare's. */

const MB = 1_000_000;
const SIZE = 300_000;
const FROM_EDGE = "/video/enc/segments/";
let number = 0;
let key: string;

async function put(size: number): Promise<Uint8Array> {
  const bytes = bytesOf(size);
  await testEnv.PLAYBACK.put(key, bytes);
  return bytes;
}

async function bodyOf(response: Response): Promise<Uint8Array> {
  return new Uint8Array(await response.arrayBuffer());
}

const cached = (origin = ORIGIN) => caches.default.match(`${origin}${FROM_EDGE}${key}`);

/** Fetches the segment to the end, and lets the Worker store it. */
async function ask(worker: TestWorker, headers: Record<string, string> = {}) {
  const response = await worker.fetch(`${FROM_EDGE}${key}`, { headers });
  const body = await bodyOf(response);
  await worker.settled();
  return { status: response.status, headers: response.headers, body };
}

beforeEach(() => {
  key = `film/${number++}/enc/k1-c1/480p/seg_00001.ts`;
});

describe("a segment that was fetched", () => {
  it("is read from R2 once, and then comes from the cache with the same headers and bytes", async () => {
    const bucket = countedBucket();
    const worker = startWorker({ PLAYBACK: bucket.binding });
    const bytes = await put(SIZE);
    const [cold, warm] = [await ask(worker), await ask(worker)];
    expect(bucket.reads()).toEqual(["get"]);
    for (const { status, body } of [cold, warm]) expect([status, Buffer.compare(body, bytes)]).toEqual([200, 0]);
    expect([...warm.headers]).toEqual([...cold.headers]);
    expect(warm.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
  });

  it("comes from the cache for SEGMENT_CACHE_SECONDS, whatever the viewer may keep", async () => {
    const worker = startWorker({ SEGMENT_CACHE_SECONDS: "1" });
    await put(1000);
    expect((await ask(worker)).headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    await testEnv.PLAYBACK.delete(key);
    await expect.poll(async () => (await ask(worker)).status, { interval: 200 }).toBe(404);
  });

  it("is neither stored nor looked for with SEGMENT_CACHE_SECONDS=0", async () => {
    await put(1000);
    await ask(startWorker());
    await testEnv.PLAYBACK.delete(key);
    expect((await ask(startWorker())).status).toBe(200);
    const worker = startWorker({ SEGMENT_CACHE_SECONDS: "0" });
    expect((await ask(worker)).status).toBe(404);
    await put(1000);
    await caches.default.delete(`${ORIGIN}${FROM_EDGE}${key}`);
    expect((await ask(worker)).status).toBe(200);
    expect(await cached()).toBeUndefined();
  });

  it("is found under one name, whatever query a player adds", async () => {
    const bucket = countedBucket();
    const worker = startWorker({ PLAYBACK: bucket.binding });
    await put(1000);
    for (const query of ["", "?CMCD=br%3D1000", "?x"]) {
      const response = await worker.fetch(`${FROM_EDGE}${key}${query}`);
      expect((await bodyOf(response)).length).toBe(1000);
      await worker.settled();
    }
    expect(bucket.reads()).toEqual(["get"]);
  });

  it("still plays while R2 is away", async () => {
    await put(1000);
    await ask(startWorker());
    const away = { get: () => Promise.reject(new Error("away")), head: () => Promise.reject(new Error("away")) };
    const worker = startWorker({ PLAYBACK: away as unknown as R2Bucket });
    expect((await ask(worker)).status).toBe(200);
    expect((await ask(worker, { range: "bytes=0-9" })).status).toBe(206);
  });

  it("is not stored for addresses on workers.dev, where the Cache API does nothing", async () => {
    const bucket = countedBucket();
    const worker = startWorker({ PLAYBACK: bucket.binding });
    await put(1000);
    const handle = createRequestHandler(worker.context);
    const origin = "https://ladderlock.example.workers.dev";
    for (let times = 0; times < 2; times++) {
      const work: Promise<unknown>[] = [];
      const execution = { waitUntil: (promise: Promise<unknown>) => work.push(promise) };
      const response = await handle(new Request(`${origin}${FROM_EDGE}${key}`), execution as never);
      expect((await bodyOf(response)).length).toBe(1000);
      await Promise.all(work);
    }
    expect(bucket.reads()).toEqual(["get", "get"]);
    expect(await cached(origin)).toBeUndefined();
  });
});

const RANGES: readonly [string, number, string | null, number, number][] = [
  ["bytes=0-9", 206, "bytes 0-9/300000", 0, 10],
  ["bytes=299990-", 206, "bytes 299990-299999/300000", 299_990, 10],
  ["bytes=299990-5000000", 206, "bytes 299990-299999/300000", 299_990, 10],
  ["bytes=-10", 206, "bytes 299990-299999/300000", 299_990, 10],
  ["bytes=-5000000", 206, "bytes 0-299999/300000", 0, SIZE],
  ["bytes=5-2", 200, null, 0, SIZE],
  ["bytes=0-1,4-5", 200, null, 0, SIZE],
  ["lines=0-1", 200, null, 0, SIZE],
];

describe.each(["cold", "warm"])("on a %s cache", (temperature) => {
  it.each(RANGES)("Range: %s gets %i and the right bytes", async (range, status, contentRange, offset, length) => {
    const bucket = countedBucket();
    const worker = startWorker({ PLAYBACK: bucket.binding });
    const bytes = await put(SIZE);
    if (temperature === "warm") await ask(worker);
    const answer = await ask(worker, { range });
    expect([answer.status, answer.headers.get("content-range")]).toEqual([status, contentRange]);
    expect(answer.headers.get("content-length")).toBe(String(length));
    expect(Buffer.compare(answer.body, bytes.subarray(offset, offset + length))).toBe(0);
    expect(bucket.reads()).toEqual(["get"]);
    // A ranged read stores the whole object.
    expect(Buffer.compare((await ask(worker)).body, bytes)).toBe(0);
    expect(bucket.reads()).toEqual([]);
  });

  it("a range beyond the end gets 416 with the size", async () => {
    const worker = startWorker();
    await put(1000);
    if (temperature === "warm") await ask(worker);
    const { status, headers } = await ask(worker, { range: "bytes=1000-" });
    expect([status, headers.get("content-range")]).toEqual([416, "bytes */1000"]);
  });

  it("conditions and HEAD are answered as from R2", async () => {
    const worker = startWorker();
    await put(1000);
    const { httpEtag } = (await testEnv.PLAYBACK.head(key))!;
    if (temperature === "warm") await ask(worker);
    const rows: readonly [Record<string, string>, number][] = [
      [{ "if-none-match": httpEtag }, 304],
      [{ "if-none-match": '"x"' }, 200],
      [{ range: "bytes=0-9", "if-range": httpEtag }, 206],
      [{ range: "bytes=0-9", "if-range": '"x"' }, 200],
    ];
    for (const [headers, status] of rows) expect((await ask(worker, headers)).status).toBe(status);
    const head = await worker.fetch(`${FROM_EDGE}${key}`, { method: "HEAD" });
    expect([head.status, head.headers.get("content-length"), head.headers.get("etag")]).toEqual([
      200,
      "1000",
      httpEtag,
    ]);
  });
});

describe("what is stored", () => {
  it("is whole when the viewer leaves in the middle", async () => {
    const bucket = countedBucket();
    const worker = startWorker({ PLAYBACK: bucket.binding });
    const bytes = await put(SIZE);
    const reader = (await worker.fetch(`${FROM_EDGE}${key}`)).body!.getReader();
    await reader.read();
    await reader.cancel();
    await worker.settled();
    expect(Buffer.compare((await ask(worker)).body, bytes)).toBe(0);
    expect(bucket.reads()).toEqual(["get"]);
  });

  it("is nothing when R2 fails in the middle", async () => {
    const bucket = countedBucket();
    const worker = startWorker({ PLAYBACK: bucket.binding });
    await put(SIZE);
    bucket.cut();
    await expect(worker.fetch(`${FROM_EDGE}${key}`).then(bodyOf)).rejects.toThrow();
    await worker.settled();
    expect(await cached()).toBeUndefined();
  });

  it("is whole while a viewer reads nothing, and others are served beside it", async () => {
    const bucket = countedBucket();
    const worker = startWorker({ PLAYBACK: bucket.binding });
    const bytes = await put(SIZE);
    const slow = await worker.fetch(`${FROM_EDGE}${key}`);
    await expect.poll(async () => (await cached())?.status).toBe(200);
    expect(Buffer.compare(await bodyOf(await worker.fetch(`${FROM_EDGE}${key}`)), bytes)).toBe(0);
    expect(Buffer.compare(await bodyOf(slow), bytes)).toBe(0);
    expect(bucket.reads()).toEqual(["get"]);
  });

  it("is one copy when many ask at once, and few large segments are in memory at a time", async () => {
    const bucket = countedBucket();
    const worker = startWorker({ PLAYBACK: bucket.binding });
    const names = Array.from({ length: 5 }, (_, n) => key.replace("seg_00001", `seg_0001${n}`));
    for (const name of names) await testEnv.PLAYBACK.put(name, bytesOf(6 * MB));
    const asked = [names[0], names[0], ...names].map((name) => worker.fetch(`${FROM_EDGE}${name}`));
    for (const response of await Promise.all(asked)) expect((await bodyOf(response)).length).toBe(6 * MB);
    await worker.settled();
    const stored = await Promise.all(names.map((name) => caches.default.match(`${ORIGIN}${FROM_EDGE}${name}`)));
    const sizes = await Promise.all(stored.flatMap((copy) => (copy === undefined ? [] : [bodyOf(copy)])));
    expect(sizes.map(({ length }) => length)).toEqual([6 * MB, 6 * MB, 6 * MB]);
  });

  it("excludes objects above 8 MB, whose ranges are read as ranges", async () => {
    const bucket = countedBucket();
    const worker = startWorker({ PLAYBACK: bucket.binding });
    const bytes = await put(9 * MB);
    const whole = await ask(worker);
    expect(Buffer.compare(whole.body, bytes)).toBe(0);
    const part = await ask(worker, { range: "bytes=8500000-8500009" });
    expect([part.status, part.headers.get("content-range")]).toEqual([206, "bytes 8500000-8500009/9000000"]);
    expect(Buffer.compare(part.body, bytes.subarray(8_500_000, 8_500_010))).toBe(0);
    expect(bucket.reads()).toEqual(["get", "get", "get part"]);
    expect(await cached()).toBeUndefined();
  });
});
