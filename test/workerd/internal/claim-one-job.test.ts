import { beforeEach, describe, expect, it } from "vitest";
import { scanJobs } from "../../../shared/application/commands/scan-jobs.ts";
import { secretId } from "../../../shared/lib/random-id.ts";
import { database } from "../support/inspection.ts";
import { addJob, claimed, claimOne, emptyQueue, fail, jobsOf, newestJob, onlyPart } from "../support/one-job.ts";
import { call, claim, createPost, publishPost, transcodeReport } from "../support/published-post.ts";
import { testEnv } from "../support/test-env.ts";
import { startWorker, type TestWorker } from "../support/worker.ts";

let worker: TestWorker;

beforeEach(async () => {
  worker = startWorker();
  await emptyQueue();
});

const MINUTE = 60_000;

describe("a claim of one job", () => {
  it("gives that job, though another is older", async () => {
    await createPost(worker);
    const jobId = await newestJob(worker, await createPost(worker));
    const order = await claimed(worker, jobId);
    expect([order.jobId, order.claimNo, order.attempt]).toEqual([jobId, 1, 1]);
    expect((await call(worker, order, "heartbeat", { stage: "PROBING", percent: 0 })).status).toBe(200);
  });

  it("gives the same job again when its reply was lost, without counting another attempt", async () => {
    const jobId = await newestJob(worker, await createPost(worker));
    const leaseToken = secretId();
    await claimOne(worker, jobId, leaseToken);
    expect(await claimOne(worker, jobId, leaseToken)).toMatchObject({
      outcome: "claimed",
      order: { claimNo: 1, attempt: 1 },
    });
  });

  it("is won by one of 10 containers; the others learn how long to wait", async () => {
    const jobId = await newestJob(worker, await createPost(worker));
    const replies = await Promise.all(Array.from({ length: 10 }, () => claimOne(worker, jobId)));
    expect(replies.filter(({ outcome }) => outcome === "claimed")).toHaveLength(1);
    const { leaseExpiresAt } = (await worker.context.jobs.find(jobId))!;
    const others = replies.filter(({ outcome }) => outcome !== "claimed");
    for (const other of others) expect(other).toEqual({ outcome: "later", because: "leased", at: leaseExpiresAt });
  });

  it("takes over a lease that has expired, whose holder can then change nothing", async () => {
    const jobId = await newestJob(worker, await createPost(worker));
    const dead = await claimed(worker, jobId);
    worker.advance(MINUTE + 1000);
    expect(await claimed(worker, jobId)).toMatchObject({ claimNo: 2, attempt: 2 });
    expect((await call(worker, dead, "transcode-result", transcodeReport(["360p"]))).status).toBe(409);
  });

  it("does not take over a lease that has expired in the last attempt: the scan fails that job", async () => {
    const jobId = await newestJob(worker, await createPost(worker));
    for (let attempt = 1; attempt <= 5; attempt++) {
      await claimed(worker, jobId);
      worker.advance(MINUTE + 1000);
    }
    expect(await claimOne(worker, jobId)).toMatchObject({ outcome: "later", because: "leased" });
    await scanJobs(worker.context, worker.context.now());
    expect(await claimOne(worker, jobId)).toMatchObject({ outcome: "ended", state: "FAILED" });
  });

  it("waits for the time of a retry, and then needs no scan", async () => {
    const videoPostId = await createPost(worker);
    const jobId = await newestJob(worker, videoPostId);
    await fail(worker, await claimed(worker, jobId), false);
    const { runAfter } = (await worker.context.jobs.find(jobId))!;
    expect(await claimOne(worker, jobId)).toEqual({ outcome: "later", because: "waiting", at: runAfter });
    worker.advance(MINUTE);
    expect(await claimed(worker, jobId)).toMatchObject({ attempt: 2 });
    expect(
      (
        await onlyPart(
          worker,
          (
            await jobsOf(worker, (await worker.context.jobs.find(jobId))!.videoPostId)
          )[0]!.videoPostId,
        )
      ).updateType,
    ).toBe("NO_UPDATE");
  });

  it("says how a job has ended", async () => {
    const { videoPostId } = await publishPost(worker);
    const succeeded = await newestJob(worker, videoPostId);
    expect(await claimOne(worker, succeeded)).toEqual({ outcome: "ended", state: "SUCCEEDED", failReason: null });
    const failed = await newestJob(worker, await createPost(worker));
    await fail(worker, await claimed(worker, failed));
    expect(await claimOne(worker, failed)).toEqual({ outcome: "ended", state: "FAILED", failReason: "It broke." });
    const cancelled = await newestJob(worker, await createPost(worker));
    await worker.admin("POST", `/api/v2/jobs/${cancelled}/cancel`);
    expect(await claimOne(worker, cancelled)).toEqual({ outcome: "ended", state: "CANCELLED", failReason: null });
  });

  it("does not know a job that there never was", async () => {
    expect(await claimOne(worker, crypto.randomUUID())).toEqual({ outcome: "unknown" });
  });

  it("fails a job whose upload is gone, and says so at once", async () => {
    const videoPostId = await createPost(worker);
    const jobId = await newestJob(worker, videoPostId);
    await database.change("video_file_post", { source_url: null, upload_id: "gone" }, { video_id: videoPostId });
    expect(await claimOne(worker, jobId)).toMatchObject({
      outcome: "ended",
      state: "FAILED",
      failReason: expect.stringMatching(/Upload it again/),
    });
  });

  it("needs the processors' secret and an unguessable lease token", async () => {
    const jobId = await newestJob(worker, await createPost(worker));
    await expect(claimOne(worker, jobId, secretId(), {})).rejects.toThrow(/^401/);
    await expect(
      claimOne(worker, jobId, secretId(), { authorization: `Bearer ${testEnv.ADMIN_API_KEY}` }),
    ).rejects.toThrow(/^401/);
    await expect(claimOne(worker, jobId, "1")).rejects.toThrow(/^422/);
  });
});

describe("a job that was requeued although its part has its result", () => {
  const putBack = (jobId: string) =>
    database.change("video_transcode_job", { state: "QUEUED", lease_token: null }, { job_id: jobId });

  it("is completed without a work order, when it is a transcode", async () => {
    const { videoPostId } = await publishPost(worker);
    const transcode = (await jobsOf(worker, videoPostId)).find(({ kind }) => kind === "TRANSCODE")!.jobId;
    const before = await onlyPart(worker, videoPostId);
    await putBack(transcode);
    expect(await claimOne(worker, transcode)).toMatchObject({ outcome: "ended", state: "SUCCEEDED" });
    expect(await onlyPart(worker, videoPostId)).toEqual(before);
    expect(await jobsOf(worker, videoPostId)).toHaveLength(2);
  });

  it("is completed without a work order, when it is an encryption, also for a poll", async () => {
    const { videoPostId } = await publishPost(worker);
    const encrypt = await newestJob(worker, videoPostId);
    const before = await onlyPart(worker, videoPostId);
    await putBack(encrypt);
    await expect(claim(worker)).rejects.toThrow("no job is due");
    expect(await worker.context.jobs.find(encrypt)).toMatchObject({ kind: "ENCRYPT", state: "SUCCEEDED" });
    expect(await onlyPart(worker, videoPostId)).toEqual(before);
  });

  it("is not confused with another encryption: a rotation gets its work order", async () => {
    const { videoPostId } = await publishPost(worker);
    const jobId = "ffffffff-ffff-7fff-bfff-ffffffffffff";
    await addJob(worker, videoPostId, { jobId, kind: "ENCRYPT" });
    expect(await claimOne(worker, jobId)).toMatchObject({ outcome: "claimed", order: { kind: "ENCRYPT", claimNo: 2 } });
  });
});
