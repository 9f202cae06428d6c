import { beforeEach, describe, expect, it } from "vitest";
import { bearer } from "../support/admin-callers.ts";
import { completeUpload } from "../support/complete-upload.ts";
import { database } from "../support/inspection.ts";
import { emptyQueue, onlyPart } from "../support/one-job.ts";
import { createPost, publishPost } from "../support/published-post.ts";
import { testEnv } from "../support/test-env.ts";
import { startWorker, type TestWorker } from "../support/worker.ts";

/* What migrations of D1 make of the rows of earlier releases. Postgres has none: its first schema is a later one. */

let worker: TestWorker;
beforeEach(async () => {
  worker = startWorker();
  await emptyQueue();
});

/** The statements of a migration that match. */
function statementsOf(name: string, wanted: RegExp): string[] {
  const migration = testEnv.TEST_MIGRATIONS.find((one) => one.name.includes(name));
  return migration!.queries.filter((text) => wanted.test(text));
}

async function postOf(uploadId: string): Promise<string> {
  return createPost(worker, { uploadFileList: [{ uploadId, fileName: "film.mp4" }] });
}

async function stored(uploadId: string): Promise<number> {
  return (await testEnv.SOURCE.list({ prefix: `uploads/${uploadId}/` })).objects.length;
}

describe("the migration of the first key's name", () => {
  it("keeps for the first key what it started under its earlier name, and no other caller's", async () => {
    const uploadId = await completeUpload(worker);
    const ownerIs = (owner: string) => database.change("upload_session", { owner }, { upload_id: uploadId });
    const ownerAfterwards = async () => {
      await database.execute(statementsOf("first_key_caller_id", /./));
      return (await database.rows("upload_session", { upload_id: uploadId }))[0]!.owner;
    };
    await ownerIs("access:admin");
    expect(await ownerAfterwards()).toBe("access:admin");
    await ownerIs("admin");
    expect(await ownerAfterwards()).toBe("api-key:admin");
    const headers = { ...bearer(testEnv.ADMIN_API_KEY as string), "tus-resumable": "1.0.0" };
    expect((await worker.fetch(`/api/v2/uploads/${uploadId}`, { method: "HEAD", headers })).status).toBe(200);
  });
});

describe("the migration to the time of publication", () => {
  it("fills it for posts whose audit has passed, and for no others", async () => {
    const kinds = ["passed", "passed without a time", "rejected", "unaudited", "deleted"] as const;
    const ids = new Map<string, string>();
    for (const kind of kinds) ids.set(kind, (await publishPost(worker)).videoPostId);
    const set = (kind: (typeof kinds)[number], values: Readonly<Record<string, unknown>>) =>
      database.change("video_post", values, { id: ids.get(kind) });
    await database.change("video_post", { published_at: null, audited_at: 1000, updated_at: 2000 });
    await set("passed without a time", { audited_at: null });
    await set("rejected", { audit_result: "REJECTED", status: "REJECTED" });
    await set("unaudited", { audit_result: null, status: "PENDING_AUDIT" });
    await set("deleted", { deleted_at: 3000, status: "DELETED" });
    await database.execute(statementsOf("published_at", /UPDATE/));
    const times = await Promise.all(
      kinds.map(async (kind) => (await worker.context.posts.load(ids.get(kind)!))!.publishedAt),
    );
    expect(times).toEqual([1000, 2000, null, null, null]);
  });
});

describe("the migration to wrapped source URLs", () => {
  it("finds the URLs of an earlier release, and only those that a job may still need", async () => {
    const url = "https://origin.example/film.mp4?X-Amz-Signature=5ec2e7";
    const create = () => createPost(worker, { uploadFileList: [{ sourceUrl: url, fileName: "film.mp4" }] });
    const storedUrl = async (videoPostId: string) => {
      const [row] = await database.rows("video_file_post", { video_id: videoPostId });
      return { url: row!.source_url, kek: row!.source_kek_id };
    };
    const [waiting, encrypted, deleted] = [await create(), await create(), await create()];
    await database.change("video_file_post", { source_url: url, source_kek_id: null });
    await database.change("video_file_post", { encrypt_status: "ENCRYPTED" }, { video_id: encrypted });
    await database.change("video_post", { deleted_at: 1 }, { id: deleted });
    await database.execute(statementsOf("wrap_source_urls", /UPDATE/));
    expect(await storedUrl(waiting)).toEqual({ url, kek: "(clear)" });
    for (const id of [encrypted, deleted]) expect(await storedUrl(id)).toEqual({ url: "", kek: null });
  });
});

describe("the migration to one part for each upload", () => {
  it("leaves an upload that has two parts with the one that still needs it", async () => {
    const uploadId = await completeUpload(worker);
    await database.execute(["DROP INDEX video_file_post_upload"]);
    const posts = [await postOf(await completeUpload(worker)), await postOf(await completeUpload(worker))];
    for (const id of posts) await database.change("video_file_post", { upload_id: uploadId }, { video_id: id });
    const [done, waiting] = posts as [string, string];
    await database.change("video_file_post", { transfer_result: "SUCCESS" }, { video_id: done });
    // The first drops the index of before; it is dropped already.
    await database.execute(statementsOf("save_changed_rows", /video_file_post_upload|SET `upload_id`/).slice(1));
    expect((await onlyPart(worker, waiting)).source).toEqual({ kind: "upload", uploadId });
    const renamed = (await onlyPart(worker, done)).source as { uploadId: string };
    expect(renamed.uploadId).toMatch(/^[0-9a-f]{22}$/);
    await worker.admin("DELETE", `/api/v2/video-posts/${done}`);
    await worker.settled();
    expect(await stored(uploadId)).toBe(1);
  });
});
