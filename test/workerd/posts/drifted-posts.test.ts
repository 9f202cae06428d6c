import { beforeEach, describe, expect, it } from "vitest";
import { refreshVideoPostTranscodeStatus } from "../../../shared/application/commands/refresh-video-post.ts";
import { scanJobs } from "../../../shared/application/commands/scan-jobs.ts";
import { refreshPost } from "../../../shared/domain/job-outcomes/recovery.ts";
import { VIDEO_POST_STATUSES } from "../../../shared/domain/post/video-post.ts";
import { database } from "../support/inspection.ts";
import { emptyQueue } from "../support/one-job.ts";
import { publishPost } from "../support/published-post.ts";
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
  const [post] = await database.rows("video_post", { id: videoPostId });
  const [file] = await database.rows("video_file_post", { video_id: videoPostId });
  const posts = states.map((state) => pick({ ...post, ...state }, post!));
  const files = states.map((state) => pick({ ...file, ...state, video_id: state.id }, file!));
  await database.insert("video_post", posts);
  await database.insert("video_file_post", files);
}

function pick(row: Record<string, unknown>, columns: object) {
  return Object.fromEntries(Object.keys(columns).map((name) => [name, row[name]]));
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
    await database.change("video_post", { status: "TRANSCODING", duration: 1 }, { id: videoPostId });
    const { version } = await post(videoPostId);
    expect(await scan()).toMatchObject({ refreshed: 1 });
    expect(await post(videoPostId)).toMatchObject({ status: "PUBLISHED", durationSeconds: 18, version: version + 1 });
    expect(await scan()).toMatchObject({ refreshed: 0 });
    expect(await post(videoPostId)).toMatchObject({ version: version + 1 });
  });

  it("publishes a post that publishes itself and was left behind", async () => {
    const { videoPostId } = await publishPost(worker);
    const before = { status: "PENDING_AUDIT", audit_result: null, published_at: null };
    await database.change("video_post", before, { id: videoPostId });
    await scan();
    expect(await post(videoPostId)).toMatchObject({ status: "PUBLISHED", audit: { result: "PASSED", by: "system" } });
  });

  it("completes a post that a release without the time of publication has published", async () => {
    const { videoPostId } = await publishPost(worker);
    const { publishedAt, version } = await post(videoPostId);
    await database.change("video_post", { published_at: null }, { id: videoPostId });
    expect(await drifted()).toContain(videoPostId);
    expect(await scan()).toMatchObject({ refreshed: 1 });
    expect(publishedAt).not.toBeNull();
    expect(await post(videoPostId)).toMatchObject({ status: "PUBLISHED", publishedAt, version: version + 1 });
  });

  it("saves nothing where nothing differs", async () => {
    const { videoPostId } = await publishPost(worker);
    const { version } = await post(videoPostId);
    await refreshVideoPostTranscodeStatus(worker.context.posts, videoPostId, "tester", worker.context.now());
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
    await database.change("video_post", { deleted_at: 1, status: "DELETED" }, { id: states.map(({ id }) => id) });
  });

  it("leaves deleted posts alone", async () => {
    const { videoPostId } = await publishPost(worker);
    await worker.admin("DELETE", `/api/v2/video-posts/${videoPostId}`);
    await database.change("video_file_post", { encrypt_status: "FAILED" }, { video_id: videoPostId });
    expect(await drifted()).not.toContain(videoPostId);
  });
});
