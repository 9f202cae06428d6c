import { beforeEach, describe, expect, it } from "vitest";
import { database } from "../support/inspection.ts";
import { addJob, claimed, emptyQueue, fail, newestJob, onlyPart, PROCESSOR } from "../support/one-job.ts";
import {
  call,
  claim,
  createPost,
  encryptPost,
  publishPost,
  report,
  transcodeReport,
} from "../support/published-post.ts";
import { startWorker, type TestWorker } from "../support/worker.ts";

let worker: TestWorker;

beforeEach(async () => {
  worker = startWorker();
  await emptyQueue();
});

const MINUTE = 60_000;

describe("the view of a job", () => {
  it("names its part, which distinguishes two jobs of one kind and post", async () => {
    const source = { sourceUrl: "https://origin.example/film.mp4", fileName: "film.mp4" };
    const videoPostId = await createPost(worker, { uploadFileList: [source, source] });
    for (const _ of [0, 1]) {
      await report(worker, await claim(worker, videoPostId), "transcode-result", transcodeReport(["360p"]));
    }
    const path = `/api/v2/jobs?kind=ENCRYPT&videoPostId=${videoPostId}`;
    const { jobs } = (await (await worker.admin("GET", path)).json()) as {
      jobs: { jobId: string; fileIndex: number }[];
    };
    expect(jobs.map(({ fileIndex }) => fileIndex).toSorted()).toEqual([0, 1]);
    for (const { jobId, fileIndex } of jobs) {
      const one = (await (await worker.admin("GET", `/api/v2/jobs/${jobId}`)).json()) as Record<string, unknown>;
      expect(one).toMatchObject({ jobId, videoPostId, fileIndex });
      expect(one).not.toHaveProperty("fileId");
    }
  });
});

describe("the pages of the list of jobs", () => {
  const page = async (query: string) => {
    const response = await worker.admin("GET", `/api/v2/jobs?${query}`);
    return (await response.json()) as { jobs: { jobId: string }[]; nextCursor: string | null };
  };

  it("have each job once, the newest first", async () => {
    const source = { sourceUrl: "https://origin.example/film.mp4", fileName: "film.mp4" };
    const videoPostId = await createPost(worker, { uploadFileList: [source, source, source] });
    const post = `videoPostId=${videoPostId}`;
    const first = await page(`${post}&limit=2`);
    const last = await page(`${post}&limit=2&cursor=${first.nextCursor}`);
    expect([first.jobs.length, last.jobs.length, last.nextCursor]).toEqual([2, 1, null]);
    const ids = [...first.jobs, ...last.jobs].map(({ jobId }) => jobId);
    expect(ids).toEqual((await page(post)).jobs.map(({ jobId }) => jobId));
    expect(ids).toEqual(ids.toSorted().toReversed());
  });

  it.each(["cursor=x", "cursor=WyJ4Il0", "limit=0", "limit=201", "before=x"])("refuse %s", async (query) => {
    expect((await worker.admin("GET", `/api/v2/jobs?${query}`)).status).toBe(422);
  });
});

describe("retrying a dead letter", () => {
  const retry = (jobId: string) => worker.admin("POST", `/api/v2/jobs/${jobId}/retry`);

  it("queues it with all its attempts and puts its part in processing; the claim number continues", async () => {
    const videoPostId = await createPost(worker);
    const jobId = await newestJob(worker, videoPostId);
    await fail(worker, await claimed(worker, jobId), false);
    worker.advance(MINUTE);
    await fail(worker, await claimed(worker, jobId));
    expect((await worker.context.posts.load(videoPostId))!.status).toBe("TRANSCODE_FAILED");
    const response = await retry(jobId);
    expect(response.status).toBe(202);
    expect(await response.json()).toMatchObject({
      jobId,
      state: "QUEUED",
      attempt: 0,
      failReason: null,
      finishedAt: null,
    });
    expect((await worker.context.posts.load(videoPostId))!.status).toBe("TRANSCODING");
    expect(await onlyPart(worker, videoPostId)).toMatchObject({
      transferResult: "TRANSCODING",
      failReason: null,
      updateType: "HAS_UPDATE",
    });
    const order = await claimed(worker, jobId);
    expect(order).toMatchObject({ attempt: 1, claimNo: 3 });
    await report(worker, order, "transcode-result", transcodeReport(["360p"]));
    expect((await onlyPart(worker, videoPostId)).transferResult).toBe("SUCCESS");
  });

  it("starts an encryption from the clear renditions, with new keys", async () => {
    const videoPostId = await createPost(worker);
    await report(worker, await claim(worker, videoPostId), "transcode-result", transcodeReport(["360p"]));
    const order = await claim(worker, videoPostId);
    await call(worker, order, "keys");
    await fail(worker, order);
    expect((await onlyPart(worker, videoPostId)).encryptStatus).toBe("FAILED");
    expect((await retry(order.jobId)).status).toBe(202);
    expect((await onlyPart(worker, videoPostId)).encryptStatus).toBe("UNENCRYPTED");
    expect((await encryptPost(worker, videoPostId)).keyVersion).toBe(2);
    expect((await worker.context.posts.load(videoPostId))!.status).toBe("PUBLISHED");
  });

  it("is refused for a job that has neither failed nor been cancelled", async () => {
    const jobId = await newestJob(worker, await createPost(worker));
    for (const state of ["QUEUED", "RUNNING", "RETRY_WAIT", "SUCCEEDED"]) {
      await database.change("video_transcode_job", { state }, { job_id: jobId });
      const response = await retry(jobId);
      expect([response.status, await response.json()]).toMatchObject([
        409,
        { detail: `the job is ${state}, not FAILED or CANCELLED` },
      ]);
    }
    expect((await retry(crypto.randomUUID())).status).toBe(404);
  });

  it("is refused when a newer job has taken its place, whatever became of that", async () => {
    const videoPostId = await createPost(worker);
    const jobId = await newestJob(worker, videoPostId);
    await fail(worker, await claimed(worker, jobId));
    const newer = "ffffffff-ffff-7fff-bfff-fffffffffffe";
    await addJob(worker, videoPostId, { jobId: newer, kind: "TRANSCODE" });
    for (const state of ["QUEUED", "RUNNING", "SUCCEEDED", "FAILED"]) {
      await database.change("video_transcode_job", { state }, { job_id: newer });
      const response = await retry(jobId);
      expect([response.status, await response.json()]).toMatchObject([
        409,
        { code: "wrong-state", detail: expect.stringMatching(/newer/) },
      ]);
    }
    expect(await worker.context.jobs.find(jobId)).toMatchObject({ state: "FAILED" });
  });

  it("happens once for ten concurrent requests", async () => {
    const jobId = await newestJob(worker, await createPost(worker));
    await fail(worker, await claimed(worker, jobId));
    const answers = await Promise.all(Array.from({ length: 10 }, () => retry(jobId)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([202, ...Array.from({ length: 9 }, () => 409)]);
  });

  it("is refused for a deleted post", async () => {
    const videoPostId = await createPost(worker);
    const jobId = await newestJob(worker, videoPostId);
    await fail(worker, await claimed(worker, jobId));
    await worker.admin("DELETE", `/api/v2/video-posts/${videoPostId}`);
    expect((await retry(jobId)).status).toBe(410);
  });

  it("is for administrators", async () => {
    const response = await worker.fetch("/api/v2/jobs/x/retry", { method: "POST", headers: PROCESSOR });
    expect(response.status).toBe(401);
  });
});

describe("the list of jobs", () => {
  const list = async (query: string) => {
    const response = await worker.admin("GET", `/api/v2/jobs?${query}`);
    const { jobs } = (await response.json()) as { jobs: { jobId: string; kind: string; state: string }[] };
    return jobs.map(({ kind, state }) => `${kind} ${state}`);
  };

  it("is narrowed by post, kind and state, together", async () => {
    const { videoPostId } = await publishPost(worker);
    const failed = await createPost(worker);
    await fail(worker, await claimed(worker, await newestJob(worker, failed)));
    expect(await list(`videoPostId=${videoPostId}`)).toEqual(["ENCRYPT SUCCEEDED", "TRANSCODE SUCCEEDED"]);
    expect(await list(`videoPostId=${videoPostId}&kind=ENCRYPT`)).toEqual(["ENCRYPT SUCCEEDED"]);
    expect(await list(`videoPostId=${videoPostId}&kind=ENCRYPT&state=FAILED`)).toEqual([]);
    expect(await list(`videoPostId=${failed}&state=FAILED`)).toEqual(["TRANSCODE FAILED"]);
  });

  it("refuses a state or kind that there is not", async () => {
    expect((await worker.admin("GET", "/api/v2/jobs?state=BROKEN")).status).toBe(422);
    expect((await worker.admin("GET", "/api/v2/jobs?kind=ROTATE")).status).toBe(422);
  });
});
