import { beforeEach, describe, expect, it } from "vitest";
import { refreshVideoPostTranscodeStatus } from "../../../shared/application/commands/refresh-video-post.ts";
import { scanJobs } from "../../../shared/application/commands/scan-jobs.ts";
import { refreshPost } from "../../../shared/domain/recovery.ts";
import { VIDEO_POST_STATUSES } from "../../../shared/domain/video-post.ts";
import { byHand, emptyQueue } from "../support/one-job.ts";
import { publishPost } from "../support/published-post.ts";
import { testEnv } from "../support/test-env.ts";
import { startWorker, type TestWorker } from "../support/worker.ts";

const STATUSES = VIDEO_POST_STATUSES.filter((status) => status !== "DELETED");
const TRANSFERS = ["TRANSCODING", "SUCCESS", "FAILED", "CANCELLED"];
const ENCRYPTIONS = ["UNENCRYPTED", "ENCRYPTING", "ENCRYPTED", "FAILED", "CANCELLED"];
const AUDITS = [
  [null, null],
  ["PASSED", 1],
  ["PASSED", null],
  ["REJECTED", null],
  ["REJECTED", 1],
] as const;

/** Of a post with one part; half of the posts publish themselves. */
function everyState() {
  const parts = TRANSFERS.flatMap((transfer_result) =>
    ENCRYPTIONS.map((encrypt_status) => ({ transfer_result, encrypt_status })),
  );
  const posts = STATUSES.flatMap((status) =>
    AUDITS.map(([audit_result, published_at]) => ({ status, audit_result, published_at })),
  );
  return posts
    .flatMap((post) => parts.map((part) => ({ ...post, ...part })))
    .map((state, n) => ({ ...state, id: `copy-${n}`, auto_publish: n % 2 }));
}

async function insertCopies(videoPostId: string, states: ReturnType<typeof everyState>): Promise<void> {
  const { DB } = testEnv;
  const post = await DB.prepare("SELECT * FROM video_post WHERE id = ?").bind(videoPostId).first();
  const file = await DB.prepare("SELECT * FROM video_file_post WHERE video_id = ?").bind(videoPostId).first();
  const posts = states.map((state) => pick({ ...post, ...state }, post!));
  const files = states.map((state) => pick({ ...file, ...state, video_id: state.id }, file!));
  await insertRows("video_post", posts);
  await insertRows("video_file_post", files);
}

function pick(row: Record<string, unknown>, columns: object) {
  return Object.fromEntries(Object.keys(columns).map((name) => [name, row[name]]));
}

async function insertRows(table: string, rows: readonly Record<string, unknown>[]): Promise<void> {
  const columns = Object.keys(rows[0]!);
  const values = columns.map((name) => `json_extract(value, '$.${name}')`);
  const statement = `INSERT INTO ${table} (${columns.join(", ")}) SELECT ${values.join(", ")} FROM json_each(?)`;
  await byHand(statement, JSON.stringify(rows));
}

let worker: TestWorker;

beforeEach(async () => {
  worker = startWorker();
  await emptyQueue();
});

describe("the refresh of a post", () => {
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
    const before = "UPDATE video_post SET status = 'PENDING_AUDIT', audit_result = NULL, published_at = NULL";
    await byHand(`${before} WHERE id = ?`, videoPostId);
    await scan();
    expect(await post(videoPostId)).toMatchObject({ status: "PUBLISHED", audit: { result: "PASSED", by: "system" } });
  });

  it("completes a post that a release without the time of publication has published", async () => {
    const { videoPostId } = await publishPost(worker);
    const { publishedAt, version } = await post(videoPostId);
    await byHand("UPDATE video_post SET published_at = NULL WHERE id = ?", videoPostId);
    expect(await drifted()).toContain(videoPostId);
    expect(await scan()).toMatchObject({ refreshed: 1 });
    expect(publishedAt).not.toBeNull();
    expect(await post(videoPostId)).toMatchObject({ status: "PUBLISHED", publishedAt, version: version + 1 });
  });

  it("saves nothing where nothing differs", async () => {
    const { videoPostId } = await publishPost(worker);
    const { version } = await post(videoPostId);
    await refreshVideoPostTranscodeStatus(worker.context.posts, videoPostId, worker.context.now());
    expect((await post(videoPostId)).version).toBe(version);
  });

  it("looks for exactly those posts that the domain would change", async () => {
    const { videoPostId } = await publishPost(worker);
    const states = everyState();
    await insertCopies(videoPostId, states);
    const listed = new Set(await drifted());
    for (const state of states) {
      const decision = refreshPost(await post(state.id), worker.context.now());
      const { id, status, encrypt_status } = state;
      // The scan does not read a library of posts that are done.
      if (encrypt_status === "ENCRYPTED" && /PUBLISHED|REJECTED/.test(status) && !listed.has(id)) continue;
      expect({ ...state, listed: listed.has(id) }).toEqual({ ...state, listed: decision.kind === "changed" });
      if (decision.kind !== "changed") continue;
      expect(refreshPost(decision.change.post, worker.context.now()).kind).toBe("unchanged");
    }
    await byHand("UPDATE video_post SET deleted_at = 1, status = 'DELETED' WHERE id LIKE 'copy-%'");
  });

  it("leaves deleted posts alone", async () => {
    const { videoPostId } = await publishPost(worker);
    await worker.admin("DELETE", `/api/v2/video-posts/${videoPostId}`);
    await byHand("UPDATE video_file_post SET encrypt_status = 'FAILED' WHERE video_id = ?", videoPostId);
    expect(await drifted()).not.toContain(videoPostId);
  });
});
