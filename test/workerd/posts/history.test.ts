import { describe, expect, it } from "vitest";
import { database } from "../support/inspection.ts";
import { createPost, publishPost } from "../support/published-post.ts";
import { administer } from "../support/viewing.ts";
import { startWorker } from "../support/worker.ts";

const worker = startWorker();
const POSTS = "/api/v2/video-posts";

type Entry = Record<string, unknown> & { readonly action: string | null };
type Page = { items: Entry[]; nextCursor: string | null };

const send = (method: string, path: string, body?: object) => administer(worker, method, `${POSTS}/${path}`, body);
const historyOf = async (id: string, query = "") => {
  const { status, body } = await send("GET", `${id}/history${query}`);
  expect(status).toBe(200);
  return body as unknown as Page;
};

describe("the history of a post", () => {
  it("names who did what, with the result and the reason, and outlives the post", async () => {
    const { videoPostId } = await publishPost(worker);
    await send("PATCH", videoPostId, { metadata: { a: "1" }, title: "New" });
    await send("POST", `${videoPostId}/withdraw`, { reason: "wrong cut" });
    await send("POST", `${videoPostId}/audit`, { result: "REJECTED", reason: "too loud" });
    await send("POST", `${videoPostId}/submit`);
    await send("DELETE", videoPostId);
    const { items, nextCursor } = await historyOf(videoPostId);
    expect(nextCursor).toBeNull();
    const shown = items.map(({ action, actor, result, reason, status }) => [action, actor, result, reason, status]);
    const job = expect.stringMatching(/^job:/);
    expect(shown).toEqual([
      ["post.delete", "api-key:admin", null, null, "DELETED"],
      ["post.submit", "api-key:admin", null, null, "PENDING_AUDIT"],
      ["post.audit", "api-key:admin", "REJECTED", "too loud", "REJECTED"],
      ["post.withdraw", "api-key:admin", null, "wrong cut", "PENDING_AUDIT"],
      ["post.update", "api-key:admin", null, null, "PUBLISHED"],
      ["job.encrypt", job, "SUCCESS", null, "PUBLISHED"],
      ["keys.generate", job, null, null, "TRANSCODING"],
      ["job.transcode", job, "SUCCESS", null, "TRANSCODING"],
      ["post.create", "api-key:admin", null, null, "TRANSCODING"],
    ]);
    expect(items[4]).toMatchObject({ fields: ["title", "metadata"], fileIndex: null, at: expect.any(Number) });
    expect(items[5]).toMatchObject({ fileIndex: 0 });
    const [file] = await database.rows<{ id: string }>("video_file_post", { video_id: videoPostId });
    expect(JSON.stringify(items)).not.toContain(file!.id);
  });

  it("comes in pages, and reads revisions of releases that recorded no actor", async () => {
    const videoPostId = await createPost(worker, { uploadFileList: [] });
    for (const title of ["a", "b", "c"]) await send("PATCH", videoPostId, { title });
    await database.change(
      "video_post_revision",
      { actor: null, change: null },
      { video_post_id: videoPostId, version: 1 },
    );
    const first = await historyOf(videoPostId, "?limit=3");
    expect(first.items.map(({ version }) => version)).toEqual([4, 3, 2]);
    const second = await historyOf(videoPostId, `?limit=3&cursor=${first.nextCursor}`);
    expect(second).toEqual({
      items: [
        {
          ...{ version: 1, at: expect.any(Number), actor: null, action: null, fileIndex: null },
          ...{ result: null, reason: null, fields: [], status: null },
        },
      ],
      nextCursor: null,
    });
  });

  it.each(["?limit=0", "?limit=201", "?limit=x", "?cursor=x", "?cursor=", "?after=1", "?limit=1&limit=2"])(
    "refuses %s",
    async (query) => {
      const videoPostId = await createPost(worker, { uploadFileList: [] });
      expect((await send("GET", `${videoPostId}/history${query}`)).status).toBe(422);
    },
  );

  it("is not found for a post that never existed", async () => {
    expect((await send("GET", "01a21904-bd41-728a-b8f1-3b1e59319741/history")).status).toBe(404);
  });
});

describe("edits at once", () => {
  it("are all kept, or refused with a conflict that can be retried", async () => {
    const videoPostId = await createPost(worker, { uploadFileList: [] });
    const wanted = Array.from({ length: 12 }, (_, n) => `value-${n}`);
    const responses = await Promise.all(
      wanted.map((passthrough) => worker.admin("PATCH", `${POSTS}/${videoPostId}`, { passthrough })),
    );
    const kept = responses.filter(({ status }) => status === 200).length;
    for (const response of responses) {
      if (response.status === 200) continue;
      expect([response.status, (await response.json()) as unknown]).toMatchObject([409, { code: "conflict" }]);
      expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
    }
    const { items } = await historyOf(videoPostId);
    expect(items.filter(({ action }) => action === "post.update")).toHaveLength(kept);
    expect(kept).toBeGreaterThan(0);
  });
});
