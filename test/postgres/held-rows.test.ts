import { beforeEach, describe, expect, inject, it } from "vitest";
import { STANDARD_JOB_RULES } from "../../shared/domain/job/transcode-job.ts";
import { UPLOAD_LIFE_MS } from "../../shared/domain/uploads/upload.ts";
import { secretId, uuidV7 } from "../../shared/lib/random-id.ts";
import { withOneClient } from "../../shared/persistence/pg/clients.ts";
import type { TestPersistence } from "../contract/persistence.ts";
import { claim, LEASE_MS, NOW, onlyPart, publishPost, savePost } from "../contract/steps.ts";
import { sampleEndpoint, sampleSecret } from "../contract/webhook-samples.ts";
import { openTestDatabase } from "./pg-persistence.ts";

const SERVERS = { "Postgres 18": inject("postgresNewest"), "Postgres 15": inject("postgresOldest") };

/** What the contract suites meet by chance, one moment at a time. */
describe.each(Object.entries(SERVERS))("%s: beside an open transaction", async (_, server) => {
  if (server === "") return it.skip("needs a server", () => {});
  const { url, open } = await openTestDatabase(server);
  let persistence: TestPersistence;
  beforeEach(async () => {
    persistence = await open();
  });

  const client = { connectionString: url, application_name: "test" };
  const BLOCKED = `SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()
    AND wait_event_type = 'Lock') AS is_blocked`;

  /** The call starts when the statement was carried out, and the commit follows when the call waits for it or is over. */
  const beside = <T>(statement: string, call: () => Promise<T>): Promise<T> =>
    withOneClient(client, async (holding) => {
      await holding.query({ text: "BEGIN" });
      await holding.query({ text: statement });
      const answer = call();
      let isOver = false;
      const over = () => {
        isOver = true;
      };
      answer.then(over, over);
      await withOneClient(client, async (watching) => {
        while (!isOver && !(await watching.query({ text: BLOCKED })).rows[0]?.is_blocked) {}
      });
      await holding.query({ text: "COMMIT" });
      return answer;
    });
  const jobsOf = async (videoPostId: string) =>
    (await persistence.jobs.list({ videoPostId, limit: 9 })).map(({ jobId }) => jobId).toSorted();
  const hold = (jobId: string) => `SELECT 1 FROM video_transcode_job WHERE job_id = '${jobId}' FOR UPDATE`;
  const take = (jobId: string, leaseToken: string) => `UPDATE video_transcode_job SET state = 'RUNNING',
    lease_token = '${leaseToken}', lease_expires_at = ${NOW + LEASE_MS} WHERE job_id = '${jobId}'`;

  it("skips a job that is held, and claims the next without waiting", async () => {
    const [first, second] = await jobsOf((await savePost(persistence, { parts: 2 })).id);
    const isOver = withOneClient(client, async (holding) => {
      await holding.query({ text: "BEGIN" });
      await holding.query({ text: hold(first!) });
      return claim(persistence);
    });
    expect((await isOver).job.jobId).toBe(second);
  });

  it("waits for a job that is held, if no other is due", async () => {
    const [held] = await jobsOf((await savePost(persistence)).id);
    const claimed = await beside(hold(held!), () => claim(persistence));
    expect(claimed.job).toMatchObject({ jobId: held, attempt: 1 });
  });

  it("claims no second job with a token that takes one at the same time", async () => {
    const [first, second] = await jobsOf((await savePost(persistence, { parts: 2 })).id);
    const leaseToken = secretId();
    const claimed = await beside(take(first!, leaseToken), () => claim(persistence, { leaseToken }));
    expect(claimed.job.jobId).toBe(first);
    expect(await persistence.jobs.find(second!)).toMatchObject({ state: "QUEUED", claimNo: 0 });
  });

  it("claims no named job that another token takes at the same time, and the same one that its own takes", async () => {
    const [jobId] = await jobsOf((await savePost(persistence)).id);
    const named = (leaseToken: string) =>
      persistence.jobs.claimOne({ jobId: jobId!, leaseToken, owner: "tester", now: NOW, leaseMs: LEASE_MS });
    expect(await beside(take(jobId!, "other"), () => named("ours"))).toBeNull();
    expect(await persistence.jobs.findByLease(jobId!, "other")).not.toBeNull();
    await persistence.jobs.release({ jobId: jobId!, leaseToken: "other", now: NOW });
    expect((await beside(take(jobId!, "ours"), () => named("ours")))?.job.jobId).toBe(jobId);
  });

  it("creates no job for a post that is deleted at the same time", async () => {
    const post = await savePost(persistence, { withJobs: false });
    const part = { jobId: uuidV7(NOW), videoPostId: post.id, fileId: onlyPart(post).id, kind: "TRANSCODE" } as const;
    const deletion = `UPDATE video_post SET deleted_at = ${NOW} WHERE id = '${post.id}'`;
    const create = () => persistence.jobs.createMissing([part], NOW, STANDARD_JOB_RULES);
    expect(await beside(deletion, create)).toBe(0);
  });

  /** A batch with an item for each of so many published posts. */
  const filledBatch = async (posts: number) => {
    for (let n = 0; n < posts; n++) await publishPost(persistence, NOW + n);
    const batchId = uuidV7(NOW + 9);
    const batch = { batchId, selection: {}, maxInFlight: 1, graceSeconds: null, requestedBy: "me" };
    await persistence.rotationBatches.create(batch, NOW + 9);
    await persistence.rotationSteps.fill(batchId, {}, 10);
    return batchId;
  };
  const takeFirst = "UPDATE key_rotation_item SET state = 'ROTATING', job_id = 'job'";
  const lockBatches = "WITH locked AS (SELECT 1 FROM key_rotation_batch FOR UPDATE)";

  it("takes no item of a batch whose limit another caller reaches at the same time", async () => {
    const batchId = await filledBatch(2);
    const taking = `${lockBatches} ${takeFirst} FROM locked WHERE file_id = (SELECT min(file_id) FROM key_rotation_item)`;
    expect(await beside(taking, () => persistence.rotationSteps.take(batchId, uuidV7(NOW), NOW))).toBeNull();
  });

  it("takes no part that another batch takes at the same time", async () => {
    const batchId = await filledBatch(1);
    const other = `INSERT INTO key_rotation_item (batch_id, file_id, video_post_id, file_index, state)
      SELECT 'other', file_id, video_post_id, 0, 'ROTATING' FROM key_rotation_item`;
    expect(await beside(other, () => persistence.rotationSteps.take(batchId, uuidV7(NOW), NOW))).toBeNull();
  });

  it("finishes no batch whose failed item is retried at the same time", async () => {
    const batchId = await filledBatch(1);
    await persistence.execute("UPDATE key_rotation_item SET state = 'FAILED'");
    const retry = `${lockBatches} UPDATE key_rotation_item SET state = 'PENDING' FROM locked`;
    await beside(retry, () => persistence.rotationSteps.finish(batchId, NOW));
    expect((await persistence.rotationBatches.find(batchId))?.state).toBe("RUNNING");
  });

  const takeLaunches = (maxInFlight: number) =>
    persistence.launches.take({
      launchIds: [uuidV7(NOW), uuidV7(NOW)],
      ...{ now: NOW, platform: "local", regions: [], maxInFlight, timeoutMs: 900_000, rate: null },
    });

  it("launches no container beyond the limit that another caller reaches at the same time", async () => {
    // The one that a caller takes last.
    const [, second] = await jobsOf((await savePost(persistence, { parts: 2 })).id);
    const lock = "WITH locked AS (SELECT pg_advisory_xact_lock(7203118403))";
    const other = `${lock} INSERT INTO job_launch (launch_id, job_id, runs_job_id, claim_no, number, tries, state, platform,
        created_at, updated_at, claim_by)
      SELECT 'other', '${second}', '${second}', 0, 1, 1, 'STARTING', 'local', ${NOW}, ${NOW}, ${NOW + 900_000} FROM locked`;
    expect(await beside(other, () => takeLaunches(1))).toEqual([]);
  });

  it("asks the platform about no launch that another scan asks about at the same time", async () => {
    await savePost(persistence);
    const [launch] = await takeLaunches(1);
    await persistence.launches.started({ launchId: launch!.launchId, platformId: "run-1", now: NOW });
    const later = NOW + 60_000;
    const watch = () =>
      persistence.launches.watch({ now: later, startedBefore: NOW, askedBefore: later - 50_000, limit: 9 });
    expect(await beside(`UPDATE job_launch SET asked_at = ${later}`, watch)).toEqual([]);
    await persistence.execute("UPDATE job_launch SET asked_at = NULL");
    expect(await watch()).toMatchObject([{ platformId: "run-1" }]);
  });

  it("stores the event of an upload, although its endpoint changes at the same time", async () => {
    await persistence.webhookEndpoints.create(sampleEndpoint("e"), sampleSecret("s"), 10);
    const ref = { uploadId: "u-1", owner: "api-key:editor" };
    const times = { expiresAt: NOW + UPLOAD_LIFE_MS, createdAt: NOW };
    const limits = { tokenId: null, maxDurationSeconds: null, multipartId: null, partSize: null };
    const bytes = { size: 9, offset: 0, tempPath: "uploads/u-1/", state: "OPEN", metadata: {} } as const;
    await persistence.uploads.open({ ...ref, ...times, ...limits, ...bytes });
    const step = { ...ref, from: 0, to: 9, expiresAt: times.expiresAt, now: NOW, firstAttemptAt: NOW };
    const page = { endpointId: "e", state: null, from: null, to: null, after: null, limit: 9 };
    const holding = `WITH changed AS (UPDATE webhook_endpoint SET url = 'https://other.example/')
      SELECT 1 FROM upload_session FOR UPDATE`;
    expect(await beside(holding, () => persistence.uploads.advance(step))).toBe(true);
    const stored = await persistence.webhookDeliveries.list(page);
    expect(stored).toMatchObject([{ type: "upload.completed", state: "PENDING" }]);
  });
});
