import { beforeAll, describe, expect, it } from "vitest";
import { encoderJobName } from "../../../shared/domain/encoder/encoder-job.ts";
import { jobNameOf, PROXY, refusalOf, textOf } from "../support/encoder-jobs.ts";
import { faultyDatabase } from "../support/faulty-database.ts";
import { claimed, emptyQueue, fail, jobsOf, newestJob } from "../support/one-job.ts";
import {
  claim,
  createPost,
  encryptPost,
  type PublishedPost,
  publishPost,
  report,
  transcodeReport,
} from "../support/published-post.ts";
import { RETRY_AFTER } from "../support/retry-after.ts";
import { administer } from "../support/viewing.ts";
import { startWorker, type TestWorker } from "../support/worker.ts";

const counting = faultyDatabase();
let worker: TestWorker;
let post: PublishedPost;
let job: string;

beforeAll(async () => {
  worker = startWorker({ ...counting.bindings });
  post = await publishPost(worker);
  job = await jobNameOf(worker, post.videoPostId);
});

describe("a job that does not play", () => {
  it.each([
    "job-",
    "job-x",
    "x",
    encoderJobName("0192f3a4-0000-7000-8000-000000000000"),
    "0192f3a4-0000-7000-8000-000000000000",
    "%2e%2e",
  ])("is unknown as %s", async (name) => {
    for (const rest of ["", ".m3u8", "/v3/index.m3u8", "/v3/seg_00001.ts"]) {
      expect((await worker.fetch(`${PROXY}/${name}${rest}`)).status).toBe(404);
    }
  });

  it("is unknown by the bare id, and by the id of an encrypt job", async () => {
    const jobs = await jobsOf(worker, post.videoPostId);
    const encrypt = jobs.find(({ kind }) => kind === "ENCRYPT")!;
    const names = [job.slice("job-".length), encoderJobName(encrypt.jobId)];
    for (const name of names) expect((await worker.fetch(`${PROXY}/${name}`)).status).toBe(404);
  });

  it("is forbidden where no quality is for everybody", async () => {
    const film = await publishPost(worker, { title: "Paid" });
    const policies = film.keys.keys.map(({ quality }) => ({ quality, policy: "DENIED" }));
    const part = { videoPostId: film.videoPostId, fileIndex: 0 };
    expect((await administer(worker, "PUT", "/admin/video/enc/quality-auth", { ...part, policies })).status).toBe(200);
    const name = await jobNameOf(worker, film.videoPostId);
    const viewer = startWorker();
    for (const path of [name, `${name}/v3/index.m3u8`]) {
      expect(await refusalOf(await viewer.fetch(`${PROXY}/${path}`))).toEqual([403, "nothing-allowed"]);
    }
  });

  it("is not ready until it is encrypted, and then plays at once in an isolate that knew it before", async () => {
    await emptyQueue();
    const videoPostId = await createPost(worker, { title: "On its way" });
    const name = await jobNameOf(worker, videoPostId);
    const other = startWorker();
    const paths = [name, `${name}.m3u8`, `${name}/v3/index.m3u8`, `${name}/v3/seg_00001.ts`];
    const expectNotReady = async () => {
      for (const path of paths) {
        const response = await other.fetch(`${PROXY}/${path}`);
        expect(response.headers.get("retry-after")).toEqual(RETRY_AFTER);
        expect(await refusalOf(response)).toEqual([409, "not-ready"]);
      }
    };
    await expectNotReady();
    await report(worker, await claim(worker, videoPostId), "transcode-result", transcodeReport(["360p"]));
    await expectNotReady();
    await encryptPost(worker, videoPostId);
    for (const path of paths) {
      const response = await other.fetch(`${PROXY}/${path}`);
      await response.arrayBuffer();
      expect([path, response.status]).toEqual([path, 200]);
    }
  });

  it("is in the wrong state once it has failed, where waiting does not help", async () => {
    await emptyQueue();
    const videoPostId = await createPost(worker, { title: "Broken" });
    const name = await jobNameOf(worker, videoPostId);
    await fail(worker, await claimed(worker, name.slice("job-".length)));
    const failed = await worker.fetch(`${PROXY}/${name}`);
    expect(failed.headers.has("retry-after")).toBe(false);
    expect(await refusalOf(failed)).toEqual([409, "wrong-state"]);
  });

  it("is in the wrong state once it is cancelled", async () => {
    await emptyQueue();
    const videoPostId = await createPost(worker, { title: "Not wanted" });
    const name = await jobNameOf(worker, videoPostId);
    const cancelled = await administer(
      worker,
      "POST",
      `/api/v2/jobs/${await newestJob(worker, videoPostId)}/cancel`,
      {},
    );
    expect(cancelled.status).toBeLessThan(300);
    expect(await refusalOf(await worker.fetch(`${PROXY}/${name}`))).toEqual([409, "wrong-state"]);
  });

  it("is not found while its post waits for a review or is withdrawn", async () => {
    await emptyQueue();
    const videoPostId = await createPost(worker, { title: "Under review", autoPublish: false });
    const name = await jobNameOf(worker, videoPostId);
    expect((await worker.fetch(`${PROXY}/${name}`)).status).toBe(404);
  });

  it("is gone once its post is deleted", async () => {
    await emptyQueue();
    const film = await publishPost(worker, { title: "Soon gone" });
    const name = await jobNameOf(worker, film.videoPostId);
    await textOf(worker, `${PROXY}/${name}`);
    expect((await worker.admin("DELETE", `/api/v2/video-posts/${film.videoPostId}`)).status).toBeLessThan(300);
    for (const isolate of [worker, startWorker()]) {
      for (const path of [name, `${name}/v3/index.m3u8`, `${name}/v3/seg_00001.ts`]) {
        expect(await refusalOf(await isolate.fetch(`${PROXY}/${path}`))).toEqual([410, "deleted"]);
      }
    }
  });

  it("is temporarily unavailable while the database fails", async () => {
    const broken = faultyDatabase(() => Promise.reject(new Error("D1 is away")));
    const response = await startWorker({ ...broken.bindings }).fetch(`${PROXY}/${job}`);
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).toEqual(RETRY_AFTER);
  });
});

describe("made-up names", () => {
  it("cost an isolate a bounded number of look-ups, and no known job waits for them", async () => {
    const at = Date.now();
    const isolate = startWorker({ ...counting.bindings }, { now: () => at });
    await textOf(isolate, `${PROXY}/${job}`);
    counting.reset();
    const statuses = new Set<number>();
    for (let n = 0; n < 260; n++) {
      const { status } = await isolate.fetch(`${PROXY}/${encoderJobName(crypto.randomUUID())}`);
      statuses.add(status);
    }
    expect([...statuses]).toEqual([404, 503]);
    expect(counting.trips()).toBe(200);
    await textOf(isolate, `${PROXY}/${job}`);
  });
});
