import { beforeEach, describe, expect, it, vi } from "vitest";
import entry from "../../../edge/index.ts";
import { secretId, uuidV7 } from "../../../shared/lib/random-id.ts";
import { onStatements, throws } from "../support/faults.ts";
import { faultyDatabase } from "../support/faulty-database.ts";
import { database } from "../support/inspection.ts";
import { emptyQueue } from "../support/one-job.ts";
import { claim, createPost } from "../support/published-post.ts";
import { testEnv } from "../support/test-env.ts";
import { startWorker } from "../support/worker.ts";

const worker = startWorker();
const job = async (jobId: string) => (await worker.context.jobs.find(jobId))?.state;
/** One thing that each step of the Cron Trigger is to do, and whether it is done. */
async function prepareWork() {
  await emptyQueue();
  const exhausted = await claim(worker, await createPost(worker));
  const lost = await claim(worker, await createPost(worker));
  const used = { lease_expires_at: 1, attempt: exhausted.maxAttempts };
  await database.change("video_transcode_job", used, { job_id: exhausted.jobId });
  await database.change("video_transcode_job", { lease_expires_at: 1 }, { job_id: lost.jobId });
  const uploadId = secretId();
  await database.insert("upload_session", {
    upload_id: uploadId,
    owner: "editor",
    offset: 0,
    temp_path: `uploads/${uploadId}/`,
    state: "OPEN",
    metadata: "{}",
    expires_at: 1,
    created_at: 1,
  });
  const tokenId = uuidV7(1);
  await database.insert("access_revocation", { kind: "token", subject: tokenId, created_at: 1, expires_at: 1 });
  const done = async () => ({
    exhausted: (await job(exhausted.jobId)) === "FAILED",
    requeued: (await job(lost.jobId)) === "QUEUED",
    revocation: (await database.count("access_revocation", { subject: tokenId })) === 0,
    upload: (await database.count("upload_session", { upload_id: uploadId })) === 0,
  });
  return done;
}

describe("the Cron Trigger", () => {
  const log = vi.spyOn(console, "error").mockImplementation(() => {});
  const logged = () => log.mock.calls.map(([line]) => JSON.parse(String(line)) as { at: string; error: string });
  beforeEach(() => log.mockClear());

  it("does the work of all its steps", async () => {
    const done = await prepareWork();
    await entry.scheduled({} as never, testEnv as never);
    expect(await done()).toEqual({ exhausted: true, requeued: true, revocation: true, upload: true });
    expect(logged()).toEqual([]);
  });

  it.each([
    ["the outbox", /^(?:update "|WITH due AS .*UPDATE )video_post_revision/s, {}, "outbox failed"],
    ["the end of exhausted jobs", /attempt"? >= .*max_attempts/s, { exhausted: false }, "scan failed: the end of"],
    ["the return of due jobs", /state = 'RETRY_WAIT' AND run_after/, { requeued: false }, "scan failed: the return"],
    ["the refresh of posts", /HAVING abs\(p.duration/, {}, "scan failed: the refresh"],
    [
      "the deletion of revocations",
      /DELETE FROM access_revocation/,
      { revocation: false },
      "scan failed: the deletion",
    ],
    ["the migration", /single_key_source s JOIN/, {}, "migration failed"],
    [
      "the uploads",
      /from "upload_session"|^SELECT upload_id FROM upload_session u/,
      { upload: false },
      "uploads failed",
    ],
    ["the audit log", /audit_event/, {}, "audit failed"],
    ["the rotations", /from "key_rotation_batch"|^SELECT .* FROM key_rotation_batch /, {}, "rotations failed"],
  ])("does the work of every other step when %s fails, and logs that one", async (_, broken, missing, reason) => {
    const done = await prepareWork();
    const env = { ...testEnv, ...faultyDatabase(onStatements(broken, throws("D1_ERROR: broken"))).bindings };
    await expect(entry.scheduled({} as never, env as never)).rejects.toThrow("failed");
    expect(await done()).toEqual({ exhausted: true, requeued: true, revocation: true, upload: true, ...missing });
    expect(logged()).toEqual([{ at: "scheduled", error: expect.stringContaining(reason) }]);
  });
});
