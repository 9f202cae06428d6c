import { beforeEach, describe, expect, it } from "vitest";
import { call, claim, createPost, encryptPost, type PublishedPost, publishPost } from "../support/published-post.ts";
import { administer, anonymousToken, askKey, siteToken, startSession } from "../support/viewing.ts";
import { startWorker } from "../support/worker.ts";

const GRACE_MS = 60_000;
const worker = startWorker({ KEY_GRACE_SECONDS: GRACE_MS / 1000 });
let post: PublishedPost;
beforeEach(async () => {
  post = await publishPost(worker);
});

type Rotated = { fileIndex: number; outcome: string; jobId?: string };
const rotate = async (target: unknown) => {
  const { status, body } = await administer(worker, "POST", "/admin/video/enc/rotate", target);
  return { status, files: body.files as Rotated[] };
};
const revokeVersion = (keyVersion: number) =>
  administer(worker, "POST", "/admin/video/enc/revoke", { videoPostId: post.videoPostId, fileIndex: 0, keyVersion });

describe("a rotation", () => {
  it("gives every quality a new key, while viewers continue until the grace ends", async () => {
    const { videoPostId } = post;
    const before = await startSession(worker, post, await siteToken(worker, post));
    const { status, files } = await rotate({ videoPostId });
    expect([status, files]).toEqual([202, [{ fileIndex: 0, outcome: "queued", jobId: expect.any(String) }]]);
    expect(await worker.context.jobs.find(files[0]!.jobId!)).toMatchObject({ kind: "ENCRYPT", state: "QUEUED" });
    expect(await askKey(worker, post, before)).toBe("key");

    const rotated = { ...post, keys: await encryptPost(worker, videoPostId) };
    expect(rotated.keys.keyVersion).toBe(2);
    const old = new Set(post.keys.keys.map(({ key }) => key));
    expect(rotated.keys.keys.filter(({ key }) => old.has(key))).toEqual([]);
    const after = await startSession(worker, rotated, await anonymousToken(worker, rotated));
    expect(await askKey(worker, rotated, after)).toBe("key");
    expect(await askKey(worker, post, before, "1080p")).toBe("key");
    worker.advance(GRACE_MS);
    expect(await askKey(worker, post, before, "1080p")).toBe("key-superseded");
    expect(await askKey(worker, rotated, after)).toBe("key");
  });

  it("restores what the revocation of its key version stopped, with the same policies", async () => {
    await revokeVersion(1);
    expect((await rotate({ videoPostId: post.videoPostId, fileIndex: 0 })).files[0]?.outcome).toBe("queued");
    const rotated = { ...post, keys: await encryptPost(worker, post.videoPostId) };
    const token = await anonymousToken(worker, rotated);
    expect(token.qualities).toEqual(["480p", "360p"]);
    expect(await askKey(worker, rotated, token)).toBe("key");
    expect(await askKey(worker, post, token)).toBe("key-unknown");
  });

  it("is not requested twice: the live job is the answer, however often and at once", async () => {
    const { videoPostId } = post;
    const answers = await Promise.all(Array.from({ length: 5 }, () => rotate({ videoPostId })));
    const files = answers.map((answer) => answer.files[0]!);
    expect(files.filter(({ outcome }) => outcome === "queued")).toHaveLength(1);
    expect(files.filter(({ outcome }) => outcome === "already-queued")).toHaveLength(4);
    expect(new Set(files.map(({ jobId }) => jobId)).size).toBe(1);
    await encryptPost(worker, videoPostId);
  });

  it("leaves what plays unchanged when it fails", async () => {
    const session = await startSession(worker, post, await siteToken(worker, post));
    await rotate({ videoPostId: post.videoPostId });
    const order = await claim(worker, post.videoPostId);
    expect((await call(worker, order, "keys")).status).toBe(200);
    expect((await call(worker, order, "fail", { reason: "a quality failed", permanent: true })).status).toBe(200);
    expect(await askKey(worker, post, session, "1080p")).toBe("key");
    expect((await anonymousToken(worker, post)).qualities).toEqual(["480p", "360p"]);
    expect((await rotate({ videoPostId: post.videoPostId })).files[0]?.outcome).toBe("queued");
    expect((await encryptPost(worker, post.videoPostId)).keyVersion).toBe(3);
  });

  it("leaves out, and names, parts that do not play yet", async () => {
    const videoPostId = await createPost(worker);
    expect(await rotate({ videoPostId })).toEqual({ status: 202, files: [{ fileIndex: 0, outcome: "not-playing" }] });
    await worker.admin("DELETE", `/api/v2/video-posts/${videoPostId}`);
  });

  it("is refused for what is not there, or was deleted, and to viewers", async () => {
    expect((await rotate({ videoPostId: "nobody" })).status).toBe(404);
    expect((await rotate({ videoPostId: post.videoPostId, fileIndex: 1 })).status).toBe(404);
    expect((await rotate({})).status).toBe(422);
    await worker.admin("DELETE", `/api/v2/video-posts/${post.videoPostId}`);
    expect((await rotate({ videoPostId: post.videoPostId })).status).toBe(410);
    expect((await worker.fetch("/admin/video/enc/rotate", { method: "POST", body: "{}" })).status).toBe(401);
  });
});
