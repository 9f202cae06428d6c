import { beforeEach, describe, expect, it } from "vitest";
import { base64Encode } from "../../../shared/lib/base64.ts";
import { DIGEST, importPost, importRequest, SINGLE_KEY, storeImport } from "../support/imported-post.ts";
import { database } from "../support/inspection.ts";
import { emptyQueue, jobsOf, onlyPart } from "../support/one-job.ts";
import { call, claim, encryptPost, report, transcodeReport } from "../support/published-post.ts";
import { RETRY_AFTER } from "../support/retry-after.ts";
import { testEnv } from "../support/test-env.ts";
import { administer, anonymousToken, askKey, siteToken, startSession } from "../support/viewing.ts";
import { startWorker, type TestWorker } from "../support/worker.ts";

let worker: TestWorker;
beforeEach(async () => {
  worker = startWorker();
  await emptyQueue();
});

const post = (body: unknown) => administer(worker, "POST", "/admin/video/imports", body);
const askToken = (videoPostId: string) =>
  worker.fetch("/video/enc/token", { method: "POST", body: JSON.stringify({ videoPostId, fileIndex: 0 }) });
const codeOf = async (response: Response) => ((await response.json()) as { code: string }).code;

describe("POST /admin/video/imports", () => {
  it("makes a post without a job, published where it publishes itself", async () => {
    await storeImport("film-1");
    const made = await post(importRequest("film-1"));
    expect(made).toEqual({
      status: 201,
      body: { importId: "film-1", videoPostId: expect.any(String), status: "PUBLISHED" },
    });
    const { videoPostId } = made.body as { videoPostId: string };
    expect(await jobsOf(worker, videoPostId)).toEqual([]);
    const shown = await (await worker.admin("GET", `/api/v2/video-posts/${videoPostId}`)).json();
    expect(shown).toMatchObject({ importId: "film-1", files: [{ migration: "waiting", transferResult: "IMPORTED" }] });
    expect(JSON.stringify(shown)).not.toMatch(/wrapped|kek|imports\//i);
  });

  it("returns the same post when repeated, even after the imported content is deleted", async () => {
    await storeImport("film-2");
    const made = await post(importRequest("film-2"));
    expect(await post(importRequest("film-2", { title: "Another title" }))).toEqual({ status: 200, body: made.body });
    for (const { key } of (await testEnv.SOURCE.list({ prefix: "imports/film-2/" })).objects) {
      await testEnv.SOURCE.delete(key);
    }
    expect(await post(importRequest("film-2"))).toEqual({ status: 200, body: made.body });
    expect(await administer(worker, "GET", "/admin/video/imports/film-2", undefined)).toEqual({
      status: 200,
      body: made.body,
    });
  });

  it("keeps the key wrapped: no column, answer or log has it", async () => {
    await importPost(worker);
    const plain = base64Encode(SINGLE_KEY).replace(/=+$/, "");
    const results = await database.rows("single_key_source");
    expect(JSON.stringify(results)).not.toContain(plain);
    expect(results.length).toBeGreaterThan(0);
  });

  it("is refused until everything is in SOURCE", async () => {
    await storeImport("film-3", 1);
    const part = importRequest("film-3").parts[0]!;
    const refused = await post(importRequest("film-3", { parts: [part, part] }));
    expect(refused).toMatchObject({ status: 409, body: { code: "wrong-state" } });
    expect(refused.body.detail).toBe(`imports/film-3/${DIGEST}/1/720p/index.m3u8 does not exist: upload it first`);
    expect((await administer(worker, "GET", "/admin/video/imports/film-3", undefined)).status).toBe(404);
  });

  const part = importRequest("x").parts[0]!;
  it.each<[string, Record<string, unknown>, string]>([
    ["an id that is a path", { importId: "../../uploads" }, "importId"],
    ["an id with a slash", { importId: "a/b" }, "importId"],
    ["an id of nothing", { importId: "" }, "importId"],
    ["a digest that is a path", { digest: "../../../../../../../../uploads/x" }, "digest"],
    ["a digest in capitals", { digest: DIGEST.toUpperCase() }, "digest"],
    ["no title", { title: "" }, "title"],
    ["no parts", { parts: [] }, "parts"],
    ["more parts than may be", { parts: Array.from({ length: 51 }, () => part) }, "parts"],
    ["a key of 15 bytes", { parts: [{ ...part, key: base64Encode(new Uint8Array(15)) }] }, "parts.0.key"],
    ["a key of 17 bytes", { parts: [{ ...part, key: base64Encode(new Uint8Array(17)) }] }, "parts.0.key"],
    ["a key with bits to spare", { parts: [{ ...part, key: `${"A".repeat(21)}B==` }] }, "parts.0.key"],
    ["no quality", { parts: [{ ...part, qualities: [] }] }, "parts.0.qualities"],
    ["a quality that is null", { parts: [{ ...part, qualities: [null] }] }, "parts.0.qualities.0"],
    ["a quality that there is not", { parts: [{ ...part, qualities: ["540p"] }] }, "parts.0.qualities.0"],
    ["a quality named twice", { parts: [{ ...part, qualities: ["360p", "360p"] }] }, "parts.0.qualities"],
    ["sound in a video", { parts: [{ ...part, qualities: ["128k"] }] }, "parts.0"],
    ["an author without a name", { authorId: " " }, "authorId"],
  ])("refuses %s, and says where", async (_, more, where) => {
    const refused = await post({ ...importRequest("film-4"), ...more });
    expect(refused).toMatchObject({ status: 422, body: { code: "invalid" } });
    expect(refused.body.detail).toMatch(new RegExp(`(^|; )${where.replaceAll(".", "\\.")}: `));
  });

  it("refuses what is no JSON, and what is too large", async () => {
    const headers = { authorization: `Bearer ${testEnv.ADMIN_API_KEY}` };
    const send = (body: string) => worker.fetch("/admin/video/imports", { method: "POST", headers, body });
    expect((await send("{")).status).toBe(400);
    expect((await send(JSON.stringify({ title: "x".repeat(300_000) }))).status).toBe(413);
    expect((await worker.admin("GET", "/admin/video/imports/..%2Fup")).status).toBe(404);
  });
});

describe("an imported part", () => {
  it("is requested by its first viewer: 409 until its keys are made, then a token", async () => {
    const videoPostId = await importPost(worker);
    const first = await askToken(videoPostId);
    expect([first.status, first.headers.get("retry-after"), await codeOf(first)]).toEqual([
      409,
      RETRY_AFTER,
      "not-ready",
    ]);
    expect(first.headers.get("access-control-allow-origin")).toBe("*");
    expect(await jobsOf(worker, videoPostId)).toMatchObject([{ kind: "TRANSCODE", state: "QUEUED" }]);

    const order = await claim(worker, videoPostId);
    if (order.kind !== "TRANSCODE" || order.source.kind !== "single-key") throw new Error("another order was expected");
    expect(order.source).toMatchObject({
      key: base64Encode(SINGLE_KEY),
      prefix: expect.stringMatching(/^imports\/[0-9a-f-]{36}\/[0-9a-f]{32}\/0\/$/),
      renditions: [
        { quality: "720p", playlist: "720p/index.m3u8" },
        { quality: "360p", playlist: "360p/index.m3u8" },
      ],
    });
    expect((await askToken(videoPostId)).status).toBe(409);
    await report(worker, order, "transcode-result", transcodeReport(["720p", "360p"]));
    expect((await askToken(videoPostId)).status).toBe(409);
    const keys = await encryptPost(worker, videoPostId);

    const part = { videoPostId, fileIndex: 0, keys };
    const token = await anonymousToken(worker, part);
    expect(token.qualities).toEqual(["360p"]);
    expect(await askKey(worker, part, await startSession(worker, part, token), "360p")).toBe("key");
    expect(new Set(keys.keys.map(({ key }) => key)).size).toBe(2);
    expect(await onlyPart(worker, videoPostId)).toMatchObject({ singleKey: null, encryptStatus: "ENCRYPTED" });
    await worker.settled();
    await expect.poll(async () => (await testEnv.SOURCE.list({ prefix: prefixOf(order) })).objects.length).toBe(0);
  });

  it("gets one job from a hundred viewers who come at once", async () => {
    const videoPostId = await importPost(worker);
    // All at one time, however long a busy machine takes.
    const at = Date.now();
    const one = startWorker({}, { now: () => at });
    const body = JSON.stringify({ videoPostId, fileIndex: 0 });
    const ask = () => one.fetch("/video/enc/token", { method: "POST", body });
    const answers = await Promise.all(Array.from({ length: 100 }, ask));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([409]));
    expect(await jobsOf(worker, videoPostId)).toHaveLength(1);
  });

  it("is requested by a site as well", async () => {
    const videoPostId = await importPost(worker, { autoPublish: false });
    expect((await askToken(videoPostId)).status).toBe(404);
    await expect(siteToken(worker, { videoPostId, fileIndex: 0 })).rejects.toThrow("not-ready");
    expect(await jobsOf(worker, videoPostId)).toHaveLength(1);
  });

  it("is not requested by a viewer who may watch no quality", async () => {
    const videoPostId = await importPost(worker);
    const denied = ["720p", "360p"].map((quality) => ({ quality, policy: "DENIED" }));
    const set = await administer(worker, "PUT", "/admin/video/enc/quality-auth", {
      ...{ videoPostId, fileIndex: 0, policies: denied },
    });
    expect(set.body).toEqual({ outcome: "changed" });
    const refused = await askToken(videoPostId);
    expect([refused.status, await codeOf(refused)]).toEqual([403, "nothing-allowed"]);
    expect(await jobsOf(worker, videoPostId)).toEqual([]);
  });

  it("is requested by opening its page", async () => {
    const videoPostId = await importPost(worker);
    const page = await worker.fetch(`/watch/${videoPostId}/0`);
    expect(await page.text()).toContain("It will be prepared on first request.");
    expect(await jobsOf(worker, videoPostId)).toHaveLength(1);
    expect(await (await worker.fetch(`/watch/${videoPostId}/0`)).text()).toContain("Waiting for a processor.");
  });

  it("leaves the other parts alone when it fails, and can be retried by an operator", async () => {
    const one = importRequest("x").parts[0]!;
    const videoPostId = await importPost(worker, { parts: [one, one] });
    await askToken(videoPostId);
    const order = await claim(worker, videoPostId);
    expect((await call(worker, order, "fail", { reason: "It does not decode.", permanent: true })).status).toBe(200);
    const refused = await askToken(videoPostId);
    expect([refused.status, refused.headers.get("retry-after"), await codeOf(refused)]).toEqual([
      409,
      null,
      "wrong-state",
    ]);
    const body = JSON.stringify({ videoPostId, fileIndex: 1 });
    expect(await codeOf(await worker.fetch("/video/enc/token", { method: "POST", body }))).toBe("not-ready");
    expect((await worker.admin("POST", `/api/v2/jobs/${order.jobId}/retry`)).status).toBe(202);
    expect(await codeOf(await askToken(videoPostId))).toBe("not-ready");
  });

  it("is not playable any more once its post is deleted, and its key is gone", async () => {
    const videoPostId = await importPost(worker);
    await worker.admin("DELETE", `/api/v2/video-posts/${videoPostId}`);
    expect((await askToken(videoPostId)).status).toBe(410);
    const files = await database.rows("video_file_post", { video_id: videoPostId });
    expect(await database.count("single_key_source", { file_id: files.map(({ id }) => id) })).toBe(0);
  });
});

function prefixOf(order: { source?: unknown }): string {
  return (order.source as { prefix: string }).prefix;
}
