import { expect, it, vi } from "vitest";
import entry from "../../../edge/index.ts";
import { uuidV7 } from "../../../shared/lib/random-id.ts";
import { faultyDatabase } from "../support/faulty-database.ts";
import { importPost } from "../support/imported-post.ts";
import { emptyQueue } from "../support/one-job.ts";
import { claim, createPost, publishPost } from "../support/published-post.ts";
import { testEnv } from "../support/test-env.ts";
import { startWorker } from "../support/worker.ts";

/** What D1 takes of one invocation of a Worker on the paid plan. */
const D1_STATEMENTS = 1000;
const BATCHES = 12;
const worker = startWorker();

const run = (statement: string, ...values: unknown[]) =>
  testEnv.DB.prepare(statement)
    .bind(...values)
    .run();
const count = async (table: string, where: string) =>
  (await testEnv.DB.prepare(`SELECT count(*) AS n FROM ${table} WHERE ${where}`).first<{ n: number }>())!.n;
const NUMBERS = (n: number) => `WITH RECURSIVE i(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM i WHERE n < ${n})`;

/** More of everything than one invocation does. */
async function overload(): Promise<void> {
  await emptyQueue();
  // Every batch selects these parts and no others, so the number that begins depends neither on the time that this takes
  // nor on whose turn the minute makes it.
  for (let n = 0; n < BATCHES; n++) await publishPost(worker);
  for (let n = 0; n < BATCHES; n++) {
    const selection = { kind: "all" };
    await worker.context.rotationBatches.create(
      { batchId: uuidV7(n), selection: selection as never, maxInFlight: 50, graceSeconds: null, requestedBy: "test" },
      worker.context.now(),
    );
  }
  worker.advance(1000);
  for (let n = 0; n < 8; n++) await importPost(worker);
  await run("UPDATE single_key_source SET queued_at = 1");
  for (let n = 0; n < 12; n++) await claim(worker, await createPost(worker));
  await run("UPDATE video_transcode_job SET lease_expires_at = 1, attempt = max_attempts WHERE state = 'RUNNING'");
  await run("UPDATE video_post SET duration = 1 WHERE status = 'PUBLISHED' AND duration IS NOT NULL");
  await run(`${NUMBERS(60)} INSERT INTO video_post_revision (video_post_id, version, save_id, events, lease_guard, created_at)
    SELECT 'gone', n, n, '[{"type":"VideoAuditPassed","uploadIds":["x' || n || '","y' || n || '"]}]', 1, 1 FROM i`);
  await run(`${NUMBERS(60)} INSERT INTO upload_session (upload_id, owner, offset, temp_path, state, metadata, expires_at, created_at)
    SELECT 'u' || n, 'editor', 0, 'uploads/u' || n || '/', 'OPEN', '{}', 1, 1 FROM i`);
  await run(`${NUMBERS(11_000)} INSERT INTO access_revocation (kind, subject, created_at, expires_at)
    SELECT 'token', 't' || n, 1, 1 FROM i`);
}

it("stays below the statements that D1 takes of one invocation, however much there is to do, and leaves the rest", async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  await overload();
  const { db, statements } = faultyDatabase(testEnv.DB);
  const env = { ...testEnv, DB: db, MIGRATION_MAX_IN_FLIGHT: "50" };
  await entry.scheduled({} as never, env as never);
  expect(statements()).toBeLessThan(D1_STATEMENTS);
  expect({
    begunRotations: await count("key_rotation_item", "state = 'ROTATING'"),
    migrations: await count("single_key_source", "queued_at IS NOT NULL"),
    revocations: await count("access_revocation", "expires_at = 1"),
    uploads: await count("upload_session", "expires_at = 1"),
  }).toEqual({ begunRotations: 10, migrations: 3, revocations: 1000, uploads: 10 });
});
