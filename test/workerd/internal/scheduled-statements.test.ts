import { expect, it, vi } from "vitest";
import entry from "../../../edge/index.ts";
import { uuidV7 } from "../../../shared/lib/random-id.ts";
import { faultyDatabase } from "../support/faulty-database.ts";
import { importPost } from "../support/imported-post.ts";
import { database } from "../support/inspection.ts";
import { emptyQueue } from "../support/one-job.ts";
import { claim, createPost, publishPost } from "../support/published-post.ts";
import { testEnv } from "../support/test-env.ts";
import { startWorker } from "../support/worker.ts";

/** What D1 takes of one invocation of a Worker on the paid plan. */
const D1_STATEMENTS = 1000;
const BATCHES = 12;
const worker = startWorker();

const numbers = (n: number) => Array.from({ length: n }, (_, index) => index + 1);

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
  await database.change("single_key_source", { queued_at: 1 });
  for (let n = 0; n < 12; n++) await claim(worker, await createPost(worker));
  const spent = (await database.rows<{ max_attempts: number }>("video_transcode_job", { state: "RUNNING" }))[0]!;
  const used = { lease_expires_at: 1, attempt: spent.max_attempts };
  await database.change("video_transcode_job", used, { state: "RUNNING" });
  await database.change("video_post", { duration: 1 }, { status: "PUBLISHED" });
  // Versions that no post has reached: every event reads its post.
  const published = await database.rows<{ id: string }>("video_post", { status: "PUBLISHED" });
  const saves = numbers(60).map((n) => ({
    video_post_id: published[n % published.length]!.id,
    version: 1000 + n,
    save_id: `${n}`,
    lease_guard: 1,
    created_at: 1,
  }));
  const events = (n: number) =>
    JSON.stringify([
      { type: "VideoAuditPassed" },
      { type: "VideoPostPublished", publishedAt: 1 },
      { type: "UploadsReleased", uploadIds: [`x${n}`, `y${n}`] },
    ]);
  await database.change("published_video", { version: 0 });
  await database.insert(
    "video_post_revision",
    saves.map((save) => ({ ...save, events: events(save.version) })),
  );
  const upload = { owner: "editor", offset: 0, state: "OPEN", metadata: "{}", expires_at: 1, created_at: 1 };
  await database.insert(
    "upload_session",
    numbers(60).map((n) => ({ ...upload, upload_id: `u${n}`, temp_path: `uploads/u${n}/` })),
  );
  const ended = { kind: "token", created_at: 1, expires_at: 1 };
  await database.insert(
    "access_revocation",
    numbers(11_000).map((n) => ({ ...ended, subject: `t${n}` })),
  );
}

it("stays below the statements that D1 takes of one invocation, however much there is to do, and leaves the rest", async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  await overload();
  const { bindings, statements } = faultyDatabase();
  const env = { ...testEnv, ...bindings, MIGRATION_MAX_IN_FLIGHT: "50", AUTHOR_REWARD_POINTS: "5" };
  await entry.scheduled({} as never, env as never);
  expect(statements()).toBeLessThan(D1_STATEMENTS);
  expect({
    begunRotations: await database.count("key_rotation_item", { state: "ROTATING" }),
    migrations: (await database.rows("single_key_source")).filter((row) => row.queued_at !== null).length,
    revocations: await database.count("access_revocation", { expires_at: 1 }),
    uploads: await database.count("upload_session", { expires_at: 1 }),
  }).toEqual({ begunRotations: 10, migrations: 3, revocations: 1000, uploads: 10 });
});
