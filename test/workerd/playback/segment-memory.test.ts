import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { bytesOf, countedBucket } from "../support/counted-bucket.ts";
import { testEnv } from "../support/test-env.ts";
import { ORIGIN, startWorker, type TestWorker } from "../support/worker.ts";

/* Segments through the Worker when viewers read slowly, or the cache misbehaves. The Cache API is miniflare's. */

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

/** Fetches the segment to the end, and lets the Worker store it. */
async function ask(worker: TestWorker, headers: Record<string, string> = {}) {
  const response = await worker.fetch(`${FROM_EDGE}${key}`, { headers });
  const body = await bodyOf(response);
  await worker.settled();
  return { status: response.status, headers: response.headers, body };
}

beforeEach(() => {
  key = `slow-film/${number++}/enc/k1-c1/480p/seg_00001.ts`;
});

describe("segments that slow viewers hold in memory", () => {
  let large: Uint8Array;

  beforeAll(() => {
    large = bytesOf(6 * MB);
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  /** Viewers of different segments, which the cache has, that have read nothing. */
  async function slowViewers(worker: TestWorker, headers: Record<string, string>) {
    const names = [1, 2, 3].map((n) => key.replace("seg_00001", `seg_0001${n}`));
    const responses: Response[] = [];
    for (const name of names) {
      await testEnv.PLAYBACK.put(name, large);
      responses.push(await worker.fetch(`${FROM_EDGE}${name}`, { headers }));
      await expect.poll(async () => isCached(name)).toBe(true);
    }
    return responses;
  }

  async function isCached(name: string): Promise<boolean> {
    const request = new Request(`${ORIGIN}${FROM_EDGE}${name}`, { headers: { range: "bytes=0-0" } });
    const copy = await caches.default.match(request);
    await copy?.arrayBuffer();
    return copy !== undefined;
  }

  const HOW: readonly [string, Record<string, string>, number][] = [
    ["whole segments", {}, 0],
    ["ranges", { range: "bytes=1-" }, 1],
  ];

  it.each(HOW)("count until they are read: %s", async (_, headers, offset) => {
    const bucket = countedBucket();
    const worker = startWorker({ PLAYBACK: bucket.binding });
    await testEnv.PLAYBACK.put(key, large);
    const slow = await slowViewers(worker, headers);
    worker.advance(61_000);
    bucket.reads();
    const part = await worker.fetch(`${FROM_EDGE}${key}`, { headers: { range: "bytes=5-9" } });
    expect(await bodyOf(part)).toEqual(large.slice(5, 10));
    expect(Buffer.compare(await bodyOf(await worker.fetch(`${FROM_EDGE}${key}`)), large)).toBe(0);
    expect(bucket.reads()).toEqual(["get", "get part", "get"]);
    for (const response of slow) expect(Buffer.compare(await bodyOf(response), large.subarray(offset))).toBe(0);
    await worker.settled();
    expect(await isCached(key)).toBe(false);
    await ask(worker);
    expect(await isCached(key)).toBe(true);
  });

  it.each(HOW)("count no more when their viewers leave: %s", async (_, headers) => {
    const worker = startWorker();
    await testEnv.PLAYBACK.put(key, large);
    for (const response of await slowViewers(worker, headers)) await response.body!.cancel();
    await worker.settled();
    await ask(worker);
    expect(await isCached(key)).toBe(true);
  });

  it.each(HOW)("are taken from viewers that read nothing for five minutes: %s", async (_, headers) => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const worker = startWorker();
    await testEnv.PLAYBACK.put(key, large);
    const slow = await slowViewers(worker, headers);
    vi.advanceTimersByTime(300_000);
    await worker.settled();
    for (const response of slow) await expect(bodyOf(response)).rejects.toThrow();
    await ask(worker);
    expect(await isCached(key)).toBe(true);
  });
});

describe("a cache that does not answer as asked", () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  /** The answer of the cache to requests with a range, or to those without. */
  function answer(to: "range" | "whole", response: () => Response): void {
    const match = caches.default.match.bind(caches.default);
    vi.spyOn(caches.default, "match").mockImplementation(async (request) => {
      const isRange = (request as Request).headers.has("range");
      return isRange === (to === "range") ? response() : match(request);
    });
  }

  it.each([null, "", "0", "-1", "1.5", "many"])("is not used for a segment of Content-Length %j", async (length) => {
    const worker = startWorker();
    const bytes = await put(SIZE);
    const { httpEtag } = (await testEnv.PLAYBACK.head(key))!;
    const headers = { etag: httpEtag, ...(length === null ? {} : { "content-length": length }) };
    answer("whole", () => new Response(new Blob([bytes]).stream(), { headers }));
    const whole = await ask(worker);
    expect([whole.status, whole.headers.get("content-length")]).toEqual([200, String(SIZE)]);
    expect(Buffer.compare(whole.body, bytes)).toBe(0);
    expect((await ask(worker, { range: "bytes=5-9" })).body).toEqual(bytes.slice(5, 10));
  });

  it.each([
    ["an error page", () => new Response("Range Not Satisfiable, says the cache", { status: 416 })],
    ["a short error page", () => new Response("", { status: 503 })],
    ["the whole of another size", () => new Response(new Uint8Array(20), { headers: { "content-length": "20" } })],
    [
      "another part",
      () => new Response(new Uint8Array(5), { status: 206, headers: { "content-range": `bytes 6-10/${SIZE}` } }),
    ],
    ["a part without its place", () => new Response(new Uint8Array(5), { status: 206 })],
  ])("is not used for a range that it answers with %s", async (_, response) => {
    const worker = startWorker();
    const bytes = await put(SIZE);
    await ask(worker);
    answer("range", response);
    const part = await ask(worker, { range: "bytes=5-9" });
    expect([part.status, part.headers.get("content-range")]).toEqual([206, `bytes 5-9/${SIZE}`]);
    expect(part.body).toEqual(bytes.slice(5, 10));
  });

  it("is used for a range that it answers with the whole, when the range is the whole", async () => {
    const bucket = countedBucket();
    const worker = startWorker({ PLAYBACK: bucket.binding });
    const bytes = await put(SIZE);
    await ask(worker);
    answer("range", () => new Response(bytes, { headers: { "content-length": String(SIZE) } }));
    const all = await ask(worker, { range: "bytes=0-" });
    expect([all.status, Buffer.compare(all.body, bytes)]).toEqual([206, 0]);
    expect(bucket.reads()).toEqual(["get"]);
  });
});
