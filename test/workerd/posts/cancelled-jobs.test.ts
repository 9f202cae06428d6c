import { beforeEach, describe, expect, it } from "vitest";
import { scanJobs } from "../../../shared/application/commands/scan-jobs.ts";
import { contentKeysSchema } from "../../../shared/application/protocols/job-protocol.ts";
import { database } from "../support/inspection.ts";
import { claimOne, emptyQueue, jobsOf, keyStates, newestJob, onlyPart } from "../support/one-job.ts";
import {
  call,
  claim,
  createPost,
  encryptPost,
  publishPost,
  report,
  transcodeReport,
  tryClaim,
} from "../support/published-post.ts";
import { testEnv } from "../support/test-env.ts";
import { startWorker, type TestWorker } from "../support/worker.ts";

let worker: TestWorker;

beforeEach(async () => {
  worker = startWorker();
  await emptyQueue();
});

const cancel = async (jobId: string) => {
  const response = await worker.admin("POST", `/api/v2/jobs/${jobId}/cancel`);
  return [response.status, await response.json()];
};
const retry = async (jobId: string) => {
  const response = await worker.admin("POST", `/api/v2/jobs/${jobId}/retry`);
  expect(response.status).toBe(202);
  return (await response.json()) as { jobId: string; state: string; kind: string };
};
const shown = async (videoPostId: string) => {
  const response = await worker.admin("GET", `/api/v2/video-posts/${videoPostId}`);
  const { status, files } = (await response.json()) as { status: string; files: Record<string, unknown>[] };
  return [status, files[0]!.transferResult, files[0]!.encryptStatus];
};
const states = async (videoPostId: string) =>
  (await jobsOf(worker, videoPostId)).map(({ kind, state }) => `${kind} ${state}`);
const scan = () => scanJobs(worker.context, worker.context.now());
const transcoded = async () => {
  const videoPostId = await createPost(worker);
  await report(worker, await claim(worker, videoPostId), "transcode-result", transcodeReport(["360p"]));
  return videoPostId;
};

describe("a cancelled transcode", () => {
  it("leaves its post PROCESSING_CANCELLED, which no scan changes, and starts again as a new job", async () => {
    const videoPostId = await createPost(worker);
    const jobId = await newestJob(worker, videoPostId);
    expect(await cancel(jobId)).toEqual([202, { outcome: "cancelled" }]);
    expect(await shown(videoPostId)).toEqual(["PROCESSING_CANCELLED", "CANCELLED", "UNENCRYPTED"]);
    expect(await scan()).toMatchObject({ created: 0, refreshed: 0 });
    expect(await tryClaim(worker)).toBeNull();
    const page = await (await worker.fetch(`/watch/${videoPostId}/0`)).text();
    expect(page).toContain("The processing of this video was cancelled.");

    const next = await retry(jobId);
    expect(next).toMatchObject({ kind: "TRANSCODE", state: "QUEUED" });
    expect(next.jobId).not.toBe(jobId);
    expect(await shown(videoPostId)).toEqual(["TRANSCODING", "TRANSCODING", "UNENCRYPTED"]);
    expect(await states(videoPostId)).toEqual(["TRANSCODE QUEUED", "TRANSCODE CANCELLED"]);
    await report(worker, await claim(worker, videoPostId), "transcode-result", transcodeReport(["360p"]));
    await encryptPost(worker, videoPostId);
    expect((await shown(videoPostId))[0]).toBe("PUBLISHED");
  });

  it("ends at once while it runs; its holder learns of it, and its objects and reports are discarded", async () => {
    const videoPostId = await createPost(worker);
    const order = await claim(worker, videoPostId);
    const stored = `a-film/${order.jobId}/c1/360p/seg_00001.ts`;
    await testEnv.SOURCE.put(stored, "clear");
    expect(await cancel(order.jobId)).toEqual([202, { outcome: "requested" }]);
    expect(await shown(videoPostId)).toEqual(["PROCESSING_CANCELLED", "CANCELLED", "UNENCRYPTED"]);
    expect(await cancel(order.jobId)).toMatchObject([409, { detail: "the job has ended" }]);
    const beat = await call(worker, order, "heartbeat", { stage: "ENCODING", percent: 1 });
    expect(await beat.json()).toEqual({ cancel: true });
    // Progress reads no database: the heartbeat is what reports the cancellation.
    expect((await call(worker, order, "progress", { stage: "ENCODING", percent: 99 })).status).toBe(204);
    const seen = (await (await worker.admin("GET", `/api/v2/jobs/${order.jobId}`)).json()) as { progress: unknown };
    expect(seen.progress).not.toMatchObject({ percent: 99 });
    expect((await call(worker, order, "transcode-result", transcodeReport(["360p"]))).status).toBe(409);
    await worker.settled();
    await expect.poll(() => testEnv.SOURCE.head(stored)).toBeNull();
    expect((await call(worker, order, "cancelled")).status).toBe(204);
    expect((await call(worker, order, "heartbeat", { stage: "ENCODING", percent: 1 })).status).toBe(409);
    expect(await shown(videoPostId)).toEqual(["PROCESSING_CANCELLED", "CANCELLED", "UNENCRYPTED"]);
  });

  it("may be retried while its former holder still runs: that one changes nothing", async () => {
    const videoPostId = await createPost(worker);
    const former = await claim(worker, videoPostId);
    await cancel(former.jobId);
    const next = await retry(former.jobId);
    const order = await claim(worker, videoPostId);
    expect([order.jobId, order.claimNo]).toEqual([next.jobId, 2]);
    expect((await call(worker, former, "transcode-result", transcodeReport(["360p"]))).status).toBe(409);
    expect((await call(worker, former, "fail", { reason: "Late.", permanent: true })).status).toBe(409);
    expect(await states(videoPostId)).toEqual(["TRANSCODE RUNNING", "TRANSCODE CANCELLED"]);
    expect((await worker.admin("POST", `/api/v2/jobs/${former.jobId}/retry`)).status).toBe(409);
  });
});

describe("a cancelled encryption", () => {
  it("starts again from the clear renditions, under keys that the former holder does not know", async () => {
    const videoPostId = await transcoded();
    const order = await claim(worker, videoPostId);
    const known = contentKeysSchema.parse(await (await call(worker, order, "keys")).json());
    await cancel(order.jobId);
    expect(await shown(videoPostId)).toEqual(["PROCESSING_CANCELLED", "SUCCESS", "CANCELLED"]);
    expect(await keyStates(videoPostId)).toEqual(["1 REVOKED"]);
    expect(await scan()).toMatchObject({ created: 0 });
    expect((await call(worker, order, "keys")).status).toBe(409);
    expect((await retry(order.jobId)).kind).toBe("ENCRYPT");
    const keys = await encryptPost(worker, videoPostId);
    expect(keys.keyVersion).toBe(2);
    expect(keys.keys[0]!.key).not.toBe(known.keys[0]!.key);
    expect(await states(videoPostId)).toEqual(["ENCRYPT SUCCEEDED", "ENCRYPT CANCELLED", "TRANSCODE SUCCEEDED"]);
  });

  it("changes only the staged keys of a part that plays; a retry rotates", async () => {
    const { videoPostId } = await publishPost(worker);
    const before = await onlyPart(worker, videoPostId);
    await worker.admin("POST", "/admin/video/enc/rotate", { videoPostId });
    const order = await claim(worker, videoPostId);
    await call(worker, order, "keys");
    await cancel(order.jobId);
    const after = await onlyPart(worker, videoPostId);
    expect(await shown(videoPostId)).toEqual(["PUBLISHED", "SUCCESS", "ENCRYPTED"]);
    expect(after.playing).toEqual(before.playing);
    expect(after.keys.filter(({ keyVersion }) => keyVersion === 1)).toEqual(before.keys);
    expect(await keyStates(videoPostId)).toEqual(["1 ACTIVE", "2 REVOKED"]);
    await retry(order.jobId);
    expect((await encryptPost(worker, videoPostId)).keyVersion).toBe(3);
  });
});

describe("a work order that no processor could complete", () => {
  const unworkable = async (damage: () => Promise<void>, reason: string, videoPostId: string) => {
    await damage();
    const jobId = await newestJob(worker, videoPostId);
    expect(await tryClaim(worker)).toBeNull();
    const ended = { outcome: "ended", state: "FAILED", failReason: expect.stringContaining(reason) };
    expect(await claimOne(worker, jobId)).toMatchObject(ended);
    expect(await worker.context.jobs.find(jobId)).toMatchObject({ state: "FAILED", attempt: 1 });
  };

  it("fails at the first claim when the upload is empty", async () => {
    const videoPostId = await createPost(worker);
    await database.insert("upload_session", {
      ...{ upload_id: "empty-upload", owner: "editor", size: 0, offset: 0, temp_path: "uploads/empty-upload/" },
      ...{ state: "COMPLETE", metadata: "{}", expires_at: 1, created_at: 1 },
    });
    const empty = { source_url: null, upload_id: "empty-upload" };
    const damage = () => database.change("video_file_post", empty, { video_id: videoPostId });
    await unworkable(damage, "The uploaded file is empty.", videoPostId);
    expect((await shown(videoPostId))[0]).toBe("TRANSCODE_FAILED");
  });

  it("fails at the first claim when what is stored makes no valid order, and names the field", async () => {
    const videoPostId = await transcoded();
    const { id } = await onlyPart(worker, videoPostId);
    const damage = () => database.change("video_hls_abr_variant", { segment_count: 0 }, { file_id: id });
    await unworkable(damage, "(variants.0.segmentCount)", videoPostId);
  });

  it("fails at the first claim when there are no clear renditions", async () => {
    const videoPostId = await transcoded();
    const lost = { file_path: null, file_path_job_id: null };
    const damage = () => database.change("video_file_post", lost, { video_id: videoPostId });
    await unworkable(damage, "no clear renditions", videoPostId);
  });

  it("fails at the first claim when its part is gone", async () => {
    const videoPostId = await createPost(worker);
    const damage = () => database.remove("video_file_post", { video_id: videoPostId });
    await unworkable(damage, "no longer there", videoPostId);
  });

  it("is not in the way of the next job", async () => {
    const broken = await createPost(worker);
    const jobId = await newestJob(worker, broken);
    await database.remove("video_file_post", { video_id: broken });
    const videoPostId = await createPost(worker);
    expect(await tryClaim(worker)).toBeNull();
    await claim(worker, videoPostId);
    expect(await worker.context.jobs.find(jobId)).toMatchObject({ state: "FAILED" });
  });
});
