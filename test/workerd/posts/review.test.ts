import { describe, expect, it } from "vitest";
import { refreshVideoPostTranscodeStatus } from "../../../shared/application/commands/refresh-video-post.ts";
import { database } from "../support/inspection.ts";
import { createPost, type PublishedPost, publishPost } from "../support/published-post.ts";
import { administer, anonymousToken, askKey, startSession } from "../support/viewing.ts";
import { startWorker } from "../support/worker.ts";

const worker = startWorker();
const POSTS = "/api/v2/video-posts";

const send = (id: string, step: string, body?: object) => administer(worker, "POST", `${POSTS}/${id}/${step}`, body);
const show = async (id: string) => (await administer(worker, "GET", `${POSTS}/${id}`, undefined)).body;
const tokenStatus = async ({ videoPostId, fileIndex }: Pick<PublishedPost, "videoPostId" | "fileIndex">) => {
  const body = JSON.stringify({ videoPostId, fileIndex });
  return (await worker.fetch("/video/enc/token", { method: "POST", body })).status;
};
const eventsOf = async (id: string) => {
  const rows = await database.rows<{ events: string; version: number }>("video_post_revision", { video_post_id: id });
  const inOrder = rows.toSorted((one, other) => one.version - other.version);
  return inOrder.flatMap(({ events }) => (JSON.parse(events) as { type: string }[]).map(({ type }) => type));
};

describe("a rejection", () => {
  it.each([{}, { reason: null }, { reason: "" }, { reason: " \n" }])("needs a reason: %j", async (more) => {
    const { videoPostId } = await publishPost(worker);
    const { status, body } = await send(videoPostId, "audit", { result: "REJECTED", ...more });
    expect([status, body.code, body.detail]).toEqual([422, "invalid", expect.stringMatching(/^reason: /)]);
    expect(await show(videoPostId)).toMatchObject({ status: "PUBLISHED" });
  });

  it("is corrected, submitted, and passed; a post with autoPublish waits for that review too", async () => {
    const post = await publishPost(worker);
    const { videoPostId } = post;
    const rejected = await send(videoPostId, "audit", { result: "REJECTED", reason: "too loud" });
    expect(rejected.body).toMatchObject({ status: "REJECTED", autoPublish: false, publishedAt: null });
    expect(await tokenStatus(post)).toBe(404);
    await administer(worker, "PATCH", `${POSTS}/${videoPostId}`, { title: "Quieter" });
    expect(await show(videoPostId)).toMatchObject({ status: "REJECTED", audit: { reason: "too loud" } });
    const submitted = await send(videoPostId, "submit");
    expect(submitted).toMatchObject({ status: 200, body: { status: "PENDING_AUDIT", audit: null, publishedAt: null } });
    expect((await send(videoPostId, "submit")).body).toMatchObject({ status: "PENDING_AUDIT" });
    await refreshVideoPostTranscodeStatus(worker.context.posts, videoPostId, "system", worker.context.now());
    expect(await show(videoPostId)).toMatchObject({ status: "PENDING_AUDIT" });
    const passed = await send(videoPostId, "audit", { result: "PASSED" });
    expect(passed.body).toMatchObject({ status: "PUBLISHED", audit: { result: "PASSED", reason: null } });
    expect(await tokenStatus(post)).toBe(200);
  });
});

describe("a version that the caller has seen", () => {
  it("keeps a review, an edit, a submission and a withdrawal from a post that was changed since", async () => {
    const { videoPostId } = await publishPost(worker);
    const patch = (body: object) => administer(worker, "PATCH", `${POSTS}/${videoPostId}`, body);
    const seen = (await show(videoPostId)).version as number;
    const outdated = {
      status: 409,
      body: { code: "version-outdated", detail: expect.stringContaining(`${seen + 1}`) },
    };
    expect(await patch({ title: "First", version: seen })).toMatchObject({ status: 200, body: { version: seen + 1 } });
    expect(await patch({ title: "Second", version: seen })).toMatchObject(outdated);
    expect(await send(videoPostId, "withdraw", { version: seen })).toMatchObject(outdated);
    const rejection = { result: "REJECTED", reason: "too loud" };
    expect(await send(videoPostId, "audit", { ...rejection, version: seen })).toMatchObject(outdated);
    expect(await show(videoPostId)).toMatchObject({ title: "First", status: "PUBLISHED", version: seen + 1 });
    const rejected = await send(videoPostId, "audit", { ...rejection, version: seen + 1 });
    expect(rejected.body).toMatchObject({ status: "REJECTED", version: seen + 2 });
    expect(await send(videoPostId, "submit", { version: seen + 1 })).toMatchObject({ status: 409 });
    expect((await send(videoPostId, "submit", { version: seen + 2 })).body).toMatchObject({ status: "PENDING_AUDIT" });
    await patch({ description: "changed by the editor" });
    const passed = await send(videoPostId, "audit", { result: "PASSED", version: seen + 3 });
    expect(passed).toMatchObject({ status: 409, body: { code: "version-outdated" } });
    expect(await show(videoPostId)).toMatchObject({ status: "PENDING_AUDIT", audit: null });
    expect((await send(videoPostId, "audit", { result: "PASSED", version: 0 })).status).toBe(422);
  });

  it("is in the answer to the creation, and keeps changed settings and a deletion from a changed post", async () => {
    const post = { title: "A film", resourceType: "VIDEO" };
    const { status, body } = await administer(worker, "POST", POSTS, post);
    const { videoPostId, version: seen } = body as { videoPostId: string; version: number };
    expect([status, seen]).toEqual([201, (await show(videoPostId)).version]);
    const interact = (version: unknown) =>
      administer(worker, "PUT", `${POSTS}/${videoPostId}/interaction`, {
        comments: false,
        liveComments: true,
        version,
      });
    const remove = (query: string) => administer(worker, "DELETE", `${POSTS}/${videoPostId}${query}`, undefined);
    expect(await interact(seen)).toMatchObject({ status: 200, body: { version: seen + 1 } });
    const outdated = { status: 409, body: { code: "version-outdated" } };
    expect(await interact(seen)).toMatchObject(outdated);
    expect(await remove(`?version=${seen}`)).toMatchObject(outdated);
    expect([(await interact("1")).status, (await remove("?version=x")).status]).toEqual([422, 422]);
    expect(await show(videoPostId)).toMatchObject({ version: seen + 1, deletedAt: null });
    expect(await remove(`?version=${seen + 1}`)).toMatchObject({ status: 200, body: { status: "DELETED" } });
  });
});

describe("a submission", () => {
  it("is refused for a published post, a draft and a deleted post, with what to do", async () => {
    const { videoPostId } = await publishPost(worker);
    expect(await send(videoPostId, "submit")).toMatchObject({
      status: 409,
      body: { code: "wrong-state", detail: "the post is published" },
    });
    const draft = await createPost(worker, { uploadFileList: [] });
    expect((await send(draft, "submit")).body.detail).toBe(
      "a post without parts cannot be submitted; add a part first",
    );
    await worker.admin("DELETE", `${POSTS}/${draft}`);
    expect((await send(draft, "submit")).status).toBe(410);
    expect((await send("01a21904-bd41-728a-b8f1-3b1e59319741", "submit")).status).toBe(404);
  });
});

describe("a withdrawal", () => {
  it("stops new tokens and no running session, and ends with a passed review", async () => {
    const post = await publishPost(worker);
    const { videoPostId } = post;
    const session = await startSession(worker, post, await anonymousToken(worker, post));
    const withdrawn = await send(videoPostId, "withdraw", { reason: "wrong cut" });
    expect(withdrawn).toMatchObject({
      status: 200,
      body: {
        ...{ status: "PENDING_AUDIT", publishedAt: null, audit: null, autoPublish: false },
        withdrawal: { reason: "wrong cut", by: "api-key:admin", at: expect.any(Number) },
      },
    });
    expect(await tokenStatus(post)).toBe(404);
    worker.advance(10_000);
    expect(await askKey(worker, post, session)).toBe("key");
    await refreshVideoPostTranscodeStatus(worker.context.posts, videoPostId, "system", worker.context.now());
    expect(await show(videoPostId)).toMatchObject({ status: "PENDING_AUDIT" });
    expect(await send(videoPostId, "withdraw")).toMatchObject({
      status: 200,
      body: { withdrawal: { reason: "wrong cut" } },
    });
    await send(videoPostId, "audit", { result: "PASSED" });
    expect(await show(videoPostId)).toMatchObject({ status: "PUBLISHED", withdrawal: null });
    expect(await tokenStatus(post)).toBe(200);
    expect(await eventsOf(videoPostId)).toEqual([
      ...["VideoPostCreated", "VideoAuditPassed", "VideoPostPublished", "VideoPartReady", "VideoPostUnpublished"],
      ...["VideoAuditPassed", "VideoPostPublished"],
    ]);
  });

  it("takes no body, and refuses a post that is not published and what it does not know", async () => {
    const draft = await createPost(worker, { uploadFileList: [] });
    expect(await send(draft, "withdraw")).toMatchObject({
      status: 409,
      body: { code: "wrong-state", detail: "a post that is DRAFT is not published" },
    });
    expect((await send(draft, "withdraw", { because: "x" })).body.detail).toBe("because: unknown field");
    expect((await send(draft, "withdraw", { reason: "x".repeat(1001) })).status).toBe(422);
    expect((await send(draft, "withdraw", { reason: 7 })).status).toBe(422);
  });
});

describe("a refresh", () => {
  it("derives the status and the duration from the parts", async () => {
    const { videoPostId } = await publishPost(worker);
    await database.change("video_post", { status: "TRANSCODING", duration: 3 }, { id: videoPostId });
    const { status, body } = await send(videoPostId, "refresh");
    expect([status, body.status, body.durationSeconds]).toEqual([200, "PUBLISHED", 18]);
    const revisions = await database.count("video_post_revision", { video_post_id: videoPostId });
    expect((await send(videoPostId, "refresh")).status).toBe(200);
    expect(await database.count("video_post_revision", { video_post_id: videoPostId })).toBe(revisions);
    expect((await send("nothing", "refresh")).status).toBe(404);
  });
});
