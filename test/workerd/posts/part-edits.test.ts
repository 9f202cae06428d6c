import { beforeEach, describe, expect, it } from "vitest";
import { startIsolate } from "../support/isolates.ts";
import { emptyQueue, fail, jobsOf } from "../support/one-job.ts";
import { claim, encryptPost, publishPost, report, transcodeReport } from "../support/published-post.ts";
import { testEnv } from "../support/test-env.ts";
import { administer, anonymousToken, askKey, startSession } from "../support/viewing.ts";
import { startWorker, type TestWorker } from "../support/worker.ts";

/* Edits of parts by HTTP, and what viewers get meanwhile from isolates that know the part and from those that do not. */

type Part = { fileIndex: number; position: number; fileName: string; replacement: Record<string, unknown> | null };
type Post = { version: number; status: string; durationSeconds: number; files: Part[] };

let worker: TestWorker;
beforeEach(async () => {
  worker = startWorker();
  await emptyQueue();
});

const file = (name: string) => ({ sourceUrl: `https://origin.example/${name}`, fileName: name });
const pathOf = (videoPostId: string) => `/api/v2/video-posts/${videoPostId}`;
const edit = (method: string, path: string, body?: unknown) => administer(worker, method, path, body);
const read = async (videoPostId: string) => (await edit("GET", pathOf(videoPostId))).body as unknown as Post;
const replace = (videoPostId: string, name = "new.mp4", more = {}) =>
  edit("PUT", `${pathOf(videoPostId)}/parts/0/source`, { ...file(name), ...more });

async function transcodeNext(videoPostId: string): Promise<void> {
  await report(worker, await claim(worker, videoPostId), "transcode-result", transcodeReport(["480p"]));
}

async function process(videoPostId: string) {
  await transcodeNext(videoPostId);
  return encryptPost(worker, videoPostId);
}

async function twoParts() {
  const published = await publishPost(worker);
  const { videoPostId } = published;
  await edit("POST", `${pathOf(videoPostId)}/parts`, { uploadFileList: [file("two.mp4")] });
  return { ...published, second: await process(videoPostId) };
}

async function statusOf(at: TestWorker, path: string): Promise<number> {
  const response = await at.fetch(path);
  await response.arrayBuffer();
  return response.status;
}

async function tokenStatus(at: TestWorker, videoPostId: string, fileIndex = 0): Promise<number> {
  const body = JSON.stringify({ videoPostId, fileIndex });
  const response = await at.fetch("/video/enc/token", { method: "POST", body });
  await response.arrayBuffer();
  return response.status;
}

async function objectsOf(videoPostId: string): Promise<string[]> {
  const jobs = await jobsOf(worker, videoPostId);
  const lists = [testEnv.SOURCE, testEnv.PLAYBACK].map((bucket) => bucket.list({ prefix: "a-film/" }));
  const keys = (await Promise.all(lists)).flatMap(({ objects }) => objects.map(({ key }) => key));
  return keys.filter((key) => jobs.some(({ jobId }) => key.includes(jobId)));
}

describe("adding parts", () => {
  it("gives them the next indexes and a job each, which the part plays when it has ended", async () => {
    const { videoPostId } = await publishPost(worker);
    const added = await edit("POST", `${pathOf(videoPostId)}/parts`, {
      uploadFileList: [file("a.mp4"), file("b.mp4")],
    });
    expect(added).toMatchObject({
      status: 201,
      body: { status: "PUBLISHED", files: [{ fileIndex: 1 }, { fileIndex: 2 }] },
    });
    expect(added.body.version).toBe((await read(videoPostId)).version);
    expect(await tokenStatus(worker, videoPostId, 1)).toBe(409);
    await transcodeNext(videoPostId);
    await process(videoPostId);
    await encryptPost(worker, videoPostId);
    expect([await tokenStatus(worker, videoPostId, 1), await tokenStatus(worker, videoPostId, 2)]).toEqual([200, 200]);
  });

  it.each([
    ["an index", { uploadFileList: [{ ...file("a.mp4"), fileIndex: 0 }] }, "uploadFileList.0.fileIndex: unknown field"],
    ["no part", { uploadFileList: [] }, "uploadFileList"],
    ["an unknown field", { uploadFileList: [file("a.mp4")], positon: 1 }, "positon: unknown field"],
    ["an unknown upload", { uploadFileList: [{ uploadId: "none", fileName: "a" }] }, "unknown upload none"],
  ])("refuses %s", async (_, body, detail) => {
    const { videoPostId } = await publishPost(worker);
    const refused = await edit("POST", `${pathOf(videoPostId)}/parts`, body);
    expect(refused).toMatchObject({ status: 422, body: { detail: expect.stringContaining(detail) } });
  });

  it("refuses an edit of a version that was changed since, and changes nothing", async () => {
    const { videoPostId } = await publishPost(worker);
    const { version } = await read(videoPostId);
    const body = { uploadFileList: [file("a.mp4")], version };
    expect((await edit("POST", `${pathOf(videoPostId)}/parts`, body)).status).toBe(201);
    const second = await edit("POST", `${pathOf(videoPostId)}/parts`, body);
    expect(second).toMatchObject({ status: 409, body: { code: "version-outdated" } });
    const removal = await edit("DELETE", `${pathOf(videoPostId)}/parts/1?version=${version}`);
    expect(removal).toMatchObject({ status: 409, body: { code: "version-outdated" } });
    expect(await read(videoPostId)).toMatchObject({ version: version + 1, files: [{}, {}] });
  });
});

describe("replacing a part that plays", () => {
  it("keeps sessions on the old source until its keys end, and gives new tokens the new one, in every isolate", async () => {
    const [warm, cold] = [startIsolate(), startIsolate()];
    const { videoPostId, keys } = await publishPost(worker);
    const part = { videoPostId, fileIndex: 0 };
    const session = await startSession(warm, part, await anonymousToken(warm, part));
    expect(await askKey(warm, { keys }, session)).toBe("key");
    expect(await replace(videoPostId)).toMatchObject({ status: 202, body: { fileIndex: 0, status: "PUBLISHED" } });
    await transcodeNext(videoPostId);
    const [waiting] = (await read(videoPostId)).files;
    expect(waiting).toMatchObject({
      fileName: "film.mp4",
      replacement: { fileName: "new.mp4", transferResult: "SUCCESS" },
    });
    const between = await startSession(cold, part, await anonymousToken(cold, part));
    const replaced = await encryptPost(worker, videoPostId);
    expect((await read(videoPostId)).files).toMatchObject([{ fileName: "new.mp4", replacement: null, keyVersion: 2 }]);
    for (const isolate of [warm, cold, startIsolate()]) {
      isolate.pass(5001);
      for (const held of [session, between]) expect(await askKey(isolate, { keys }, held)).toBe("key");
      const later = await startSession(isolate, part, await anonymousToken(isolate, part));
      expect(await askKey(isolate, { keys: replaced }, later)).toBe("key");
      expect(await askKey(isolate, { keys }, later)).toBe("key-unknown");
      isolate.pass(6 * 3600_000);
      expect(await askKey(isolate, { keys }, session)).not.toBe("key");
    }
  });

  it("leaves what plays alone when the new source fails, and can be retried, repeated and given up", async () => {
    const { videoPostId } = await publishPost(worker);
    const jobId = (await replace(videoPostId)).body.jobId as string;
    await fail(worker, await claim(worker, videoPostId));
    const failed = await read(videoPostId);
    expect(failed).toMatchObject({
      status: "PUBLISHED",
      files: [{ failReason: null, replacement: { failReason: "It broke." } }],
    });
    expect(await tokenStatus(worker, videoPostId)).toBe(200);
    expect((await edit("POST", `/api/v2/jobs/${jobId}/retry`, {})).status).toBe(202);
    await transcodeNext(videoPostId);
    expect((await replace(videoPostId, "newer.mp4")).status).toBe(202);
    const retried = await edit("POST", `/api/v2/jobs/${jobId}/retry`, {});
    expect(retried.status).toBe(409);
    const given = await edit("DELETE", `${pathOf(videoPostId)}/parts/0/replacement`);
    expect(given).toMatchObject({ status: 200, body: { files: [{ fileName: "film.mp4", replacement: null }] } });
    expect((await jobsOf(worker, videoPostId)).filter(({ state }) => state === "QUEUED")).toEqual([]);
    expect(await tokenStatus(worker, videoPostId)).toBe(200);
  });

  it("names the field of its body when its upload is refused", async () => {
    const { videoPostId } = await publishPost(worker);
    const body = { fileName: "new.mp4", uploadId: "none" };
    expect(await edit("PUT", `${pathOf(videoPostId)}/parts/0/source`, body)).toMatchObject({
      status: 422,
      body: { detail: "uploadId: unknown upload none" },
    });
  });

  it("deletes what a superseded replacement had stored", async () => {
    const { videoPostId } = await publishPost(worker);
    await replace(videoPostId);
    const order = await claim(worker, videoPostId);
    const segment = `${order.clearPrefix}480p/seg_00001.ts`;
    await testEnv.SOURCE.put(segment, "clear");
    await report(worker, order, "transcode-result", transcodeReport(["480p"]));
    await replace(videoPostId, "newer.mp4");
    await worker.settled();
    await expect.poll(() => testEnv.SOURCE.head(segment), { timeout: 30_000 }).toBeNull();
    expect(await tokenStatus(worker, videoPostId)).toBe(200);
  });
});

describe("removing a part", () => {
  it("refuses tokens with 404, keys and playlists with 410 in warm and cold isolates, and deletes all objects", async () => {
    const { videoPostId, keys } = await twoParts();
    const [warm, cold] = [startIsolate(), startIsolate()];
    const part = { videoPostId, fileIndex: 0 };
    const issued = await anonymousToken(warm, part);
    const session = await startSession(warm, part, issued);
    const master = `/video/enc/videoResource/${videoPostId}/0/master.m3u8?token=${issued.token}`;
    const media = `/video/enc/videoResource/${videoPostId}/0/480p/index.m3u8?token=${session.token}`;
    expect(await askKey(warm, { keys }, session)).toBe("key");
    expect([await statusOf(warm, master), await statusOf(warm, media)]).toEqual([200, 200]);
    await edit("POST", "/admin/video/enc/rotate", { videoPostId, fileIndex: 0 });
    await encryptPost(worker, videoPostId);
    const removed = await edit("DELETE", `${pathOf(videoPostId)}/parts/0`);
    expect(removed).toMatchObject({
      status: 200,
      body: { status: "PUBLISHED", files: [{ fileIndex: 1, position: 0 }] },
    });
    await worker.settled();
    for (const isolate of [warm, cold, startIsolate()]) {
      isolate.pass(5001);
      expect(await tokenStatus(isolate, videoPostId)).toBe(404);
      expect(await askKey(isolate, { keys }, session)).toBe("key-superseded");
      expect(await tokenStatus(isolate, videoPostId, 1)).toBe(200);
    }
    const secondPrefix = (await worker.context.posts.load(videoPostId))!.files[0]!.playing!.prefix;
    const others = async () => (await objectsOf(videoPostId)).filter((key) => !key.startsWith(secondPrefix));
    await expect.poll(others, { timeout: 30_000 }).toEqual([]);
    expect((await objectsOf(videoPostId)).length).toBeGreaterThan(0);
    for (const isolate of [warm, cold]) {
      isolate.pass(5001);
      expect([await statusOf(isolate, master), await statusOf(isolate, media)]).toEqual([410, 410]);
    }
  });

  it("is answered the same twice, and its index names no part any more", async () => {
    const { videoPostId } = await twoParts();
    const path = `${pathOf(videoPostId)}/parts/1`;
    const { version } = (await edit("DELETE", path)).body;
    expect(await edit("DELETE", path)).toMatchObject({ status: 200, body: { version } });
    expect(await edit("PUT", `${path}/source`, file("new.mp4"))).toMatchObject({ status: 410 });
    expect(await edit("DELETE", `${pathOf(videoPostId)}/parts/2`)).toMatchObject({ status: 404 });
    expect(await edit("DELETE", `${pathOf(videoPostId)}/parts/one`)).toMatchObject({ status: 404 });
    const added = await edit("POST", `${pathOf(videoPostId)}/parts`, { uploadFileList: [file("three.mp4")] });
    expect(added.body.files).toMatchObject([{ fileIndex: 2 }]);
  });

  it("ends the job that works on the part, whose holder learns of it", async () => {
    const { videoPostId } = await publishPost(worker);
    await edit("POST", `${pathOf(videoPostId)}/parts`, { uploadFileList: [file("two.mp4")] });
    const order = await claim(worker, videoPostId);
    expect((await edit("DELETE", `${pathOf(videoPostId)}/parts/1`)).status).toBe(200);
    await expect(report(worker, order, "transcode-result", transcodeReport(["480p"]))).rejects.toThrow("lease-lost");
  });
});

describe("the order of parts", () => {
  it("is changed as a whole", async () => {
    const { videoPostId } = await twoParts();
    const ordered = await edit("PUT", `${pathOf(videoPostId)}/part-order`, { fileIndexes: [1, 0] });
    expect(ordered.body.files).toMatchObject([
      { fileIndex: 1, position: 0 },
      { fileIndex: 0, position: 1 },
    ]);
    expect((await read(videoPostId)).files.map(({ fileIndex }) => fileIndex)).toEqual([1, 0]);
  });
});

describe("with PART_EDITS_OF_PUBLISHED_POSTS=review", () => {
  it("sends a published post back to review", async () => {
    worker = startWorker({ PART_EDITS_OF_PUBLISHED_POSTS: "review" });
    const { videoPostId } = await publishPost(worker, { autoPublish: false });
    await edit("POST", `${pathOf(videoPostId)}/audit`, { result: "PASSED" });
    expect(await tokenStatus(worker, videoPostId)).toBe(200);
    expect((await replace(videoPostId)).body).toMatchObject({ status: "TRANSCODING" });
    expect(await tokenStatus(worker, videoPostId)).toBe(404);
    await process(videoPostId);
    expect(await read(videoPostId)).toMatchObject({ status: "PENDING_AUDIT" });
  });
});
