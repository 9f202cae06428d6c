import { beforeEach, describe, expect, it } from "vitest";
import { importPost, importRequest } from "../support/imported-post.ts";
import { database } from "../support/inspection.ts";
import { claimed, emptyQueue, jobsOf, newestJob, PROCESSOR } from "../support/one-job.ts";
import { call, report, transcodeReport } from "../support/published-post.ts";
import { administer } from "../support/viewing.ts";
import { startWorker, type TestWorker } from "../support/worker.ts";

const AT_ONCE = 2;
let worker: TestWorker;
beforeEach(async () => {
  worker = startWorker({ MIGRATION_MAX_IN_FLIGHT: AT_ONCE });
  await emptyQueue();
  // Each test begins without imports of another.
  for (const table of ["single_key_source", "video_file_post"]) await database.remove(table);
});

const migrate = (body: unknown) => administer(worker, "POST", "/admin/video/enc/migrate", body);
const progress = async () => (await administer(worker, "GET", "/admin/video/enc/migrate", undefined)).body;
const NOTHING = { waiting: 0, queued: 0, underWay: 0, failed: 0, stopped: 0, migrated: 0, maxInFlight: AT_ONCE };
const one = importRequest("x").parts[0]!;

/** Jobs A and B of the part that is the first to be worked on. */
async function migrated(): Promise<void> {
  const { jobId } = (await worker.context.jobs.list({ kind: "TRANSCODE", state: "QUEUED", limit: 10 })).at(-1)!;
  const transcode = await claimed(worker, jobId);
  await report(worker, transcode, "transcode-result", transcodeReport(["720p", "360p"]));
  const { videoPostId } = (await worker.context.jobs.find(jobId))!;
  const encrypt = await claimed(worker, await newestJob(worker, videoPostId));
  if (encrypt.kind !== "ENCRYPT") throw new Error("an ENCRYPT job was expected");
  const { keyVersion } = (await (await call(worker, encrypt, "keys")).json()) as { keyVersion: number };
  await report(worker, encrypt, "encrypt-result", { keyVersion, variants: encrypt.variants });
}

const scan = () => worker.fetch("/internal/jobs/scan", { method: "POST", headers: PROCESSOR });

describe("POST /admin/video/enc/migrate", () => {
  it("starts as many parts as may be in progress, and the scan continues with the rest", async () => {
    for (let n = 0; n < 3; n++) await importPost(worker);
    expect(await progress()).toEqual({ ...NOTHING, waiting: 3 });
    expect(await migrate({})).toEqual({
      status: 202,
      body: { added: 3, begun: 2, progress: { ...NOTHING, underWay: 2, queued: 1 } },
    });
    await scan();
    expect(await progress()).toEqual({ ...NOTHING, underWay: 2, queued: 1 });
    await migrated();
    expect(await progress()).toEqual({ ...NOTHING, underWay: 1, queued: 1, migrated: 1 });
    await scan();
    expect(await progress()).toEqual({ ...NOTHING, underWay: 2, migrated: 1 });
    await migrated();
    await migrated();
    expect(await progress()).toEqual({ ...NOTHING, migrated: 3 });
    expect((await migrate({})).body).toMatchObject({ added: 0, begun: 0 });
  });

  it("takes a limit, a post or a part", async () => {
    const [first, second] = [await importPost(worker), await importPost(worker, { parts: [one, one] })];
    expect((await migrate({ limit: 1 })).body).toMatchObject({ added: 1, begun: 1 });
    expect(await jobsOf(worker, first)).toHaveLength(1);
    expect((await migrate({ videoPostId: second, fileIndex: 1 })).body).toMatchObject({ added: 1, begun: 1 });
    expect((await migrate({ videoPostId: second })).body).toMatchObject({ added: 1, begun: 0 });
    expect(await progress()).toEqual({ ...NOTHING, underWay: 2, queued: 1 });
  });

  it("changes nothing for parts that were requested before", async () => {
    const videoPostId = await importPost(worker);
    await migrate({ videoPostId });
    expect((await migrate({ videoPostId })).body).toMatchObject({ added: 0, begun: 0 });
    expect(await jobsOf(worker, videoPostId)).toHaveLength(1);
  });

  it.each<[string, unknown, number]>([
    ["a post that there is not", { videoPostId: "nobody" }, 404],
    ["a part without its post", { fileIndex: 0 }, 422],
    ["a limit of nothing", { limit: 0 }, 422],
    ["a limit beyond all", { limit: 1e9 }, 422],
    ["a part that is a half", { videoPostId: "x", fileIndex: 0.5 }, 422],
    ["a word that it does not know, which must not mean everything", { videoPost: "x" }, 422],
    ["a list", [], 422],
  ])("is refused %s", async (_, body, status) => {
    await importPost(worker);
    expect((await migrate(body)).status).toBe(status);
    expect(await progress()).toEqual({ ...NOTHING, waiting: 1 });
  });

  it("is refused a part that the post has not, and a post that was deleted", async () => {
    const videoPostId = await importPost(worker);
    expect((await migrate({ videoPostId, fileIndex: 1 })).status).toBe(404);
    await worker.admin("DELETE", `/api/v2/video-posts/${videoPostId}`);
    expect((await migrate({ videoPostId })).status).toBe(410);
  });

  it("can be withdrawn: parts in progress continue, the rest waits for its viewers again", async () => {
    for (let n = 0; n < 3; n++) await importPost(worker);
    await migrate({});
    expect(await administer(worker, "DELETE", "/admin/video/enc/migrate", undefined)).toEqual({
      status: 200,
      body: { removed: 1, progress: { ...NOTHING, underWay: 2, waiting: 1 } },
    });
    await scan();
    expect(await progress()).toEqual({ ...NOTHING, underWay: 2, waiting: 1 });
  });
});
