import { beforeEach, describe, expect, it } from "vitest";
import { refreshVideoPostTranscodeStatus } from "../../shared/application/commands/refresh-video-post.ts";
import { scanJobs } from "../../shared/application/commands/scan-jobs.ts";
import { byHand, emptyQueue } from "./one-job.ts";
import { publishPost } from "./published-post.ts";
import { testEnv } from "./test-env.ts";
import { startWorker, type TestWorker } from "./worker.ts";

let worker: TestWorker;

beforeEach(async () => {
  worker = startWorker();
  await emptyQueue();
});

describe("job C", () => {
  const drifted = () => worker.context.pending.listDriftedVideoPosts(1000);
  const post = async (videoPostId: string) => (await worker.context.posts.load(videoPostId))!;
  const scan = () => scanJobs(worker.context, worker.context.now());

  it("corrects the status and the duration of a post that has drifted, in one save, and then rests", async () => {
    const { videoPostId } = await publishPost(worker);
    await byHand("UPDATE video_post SET status = 'TRANSCODING', duration = 1 WHERE id = ?", videoPostId);
    const { version } = await post(videoPostId);
    expect(await scan()).toMatchObject({ refreshed: 1 });
    expect(await post(videoPostId)).toMatchObject({ status: "PUBLISHED", durationSeconds: 18, version: version + 1 });
    expect(await scan()).toMatchObject({ refreshed: 0 });
    expect(await post(videoPostId)).toMatchObject({ version: version + 1 });
  });

  it("publishes a post that publishes itself and was left behind", async () => {
    const { videoPostId } = await publishPost(worker);
    await byHand("UPDATE video_post SET status = 'PENDING_AUDIT', audit_result = NULL WHERE id = ?", videoPostId);
    await scan();
    expect(await post(videoPostId)).toMatchObject({ status: "PUBLISHED", audit: { result: "PASSED", by: "system" } });
  });

  it("saves nothing where nothing differs", async () => {
    const { videoPostId } = await publishPost(worker);
    const { version } = await post(videoPostId);
    await refreshVideoPostTranscodeStatus(worker.context.posts, videoPostId, worker.context.now());
    expect((await post(videoPostId)).version).toBe(version);
  });

  it("looks for exactly those posts that the domain would change", async () => {
    const { videoPostId } = await publishPost(worker);
    const statuses = [
      "DRAFT",
      "TRANSCODING",
      "TRANSCODE_FAILED",
      "PROCESSING_CANCELLED",
      "PENDING_AUDIT",
      "PUBLISHED",
      "REJECTED",
    ];
    const transfers = ["TRANSCODING", "SUCCESS", "FAILED", "CANCELLED"];
    const encryptions = ["UNENCRYPTED", "ENCRYPTING", "ENCRYPTED", "FAILED", "CANCELLED"];
    const audits = [null, "PASSED", "REJECTED"];
    let found = 0;
    for (const status of statuses) {
      for (const transfer of transfers) {
        for (const encryption of encryptions) {
          for (const audit of audits) {
            const autoPublish = found % 2;
            await testEnv.DB.batch([
              testEnv.DB.prepare(
                "UPDATE video_post SET status = ?, audit_result = ?, auto_publish = ? WHERE id = ?",
              ).bind(...[status, audit, autoPublish, videoPostId]),
              testEnv.DB.prepare(
                "UPDATE video_file_post SET transfer_result = ?, encrypt_status = ? WHERE video_id = ?",
              ).bind(...[transfer, encryption, videoPostId]),
            ]);
            // A library of posts that are done is not read every minute.
            if (encryption === "ENCRYPTED" && /PUBLISHED|REJECTED/.test(status)) continue;
            const listed = (await drifted()).includes(videoPostId);
            const before = await post(videoPostId);
            await refreshVideoPostTranscodeStatus(worker.context.posts, videoPostId, worker.context.now());
            const after = await post(videoPostId);
            expect({ status, transfer, encryption, audit, listed }).toEqual({
              ...{ status, transfer, encryption, audit },
              listed: after.version > before.version,
            });
            expect((await drifted()).includes(videoPostId)).toBe(false);
            found += 1;
          }
        }
      }
    }
    expect(found).toBeGreaterThan(150);
  });

  it("leaves deleted posts alone", async () => {
    const { videoPostId } = await publishPost(worker);
    await worker.admin("DELETE", `/api/v2/video-posts/${videoPostId}`);
    await byHand("UPDATE video_file_post SET encrypt_status = 'FAILED' WHERE video_id = ?", videoPostId);
    expect(await drifted()).not.toContain(videoPostId);
  });
});
