import { beforeEach, describe, expect, it } from "vitest";
import { createKey } from "../support/admin-callers.ts";
import { completeUpload } from "../support/complete-upload.ts";
import { database } from "../support/inspection.ts";
import { emptyQueue } from "../support/one-job.ts";
import { claim, createPost, encryptPost, publishPost, report, transcodeReport } from "../support/published-post.ts";
import { testEnv } from "../support/test-env.ts";
import { startWorker, type TestWorker } from "../support/worker.ts";

let worker: TestWorker;

beforeEach(async () => {
  worker = startWorker({ AUTHOR_REWARD_POINTS: "25" });
  await emptyQueue();
  await database.remove("published_video");
});

type Video = { readonly videoPostId: string; readonly title: string; readonly interaction: unknown };

async function send<T>(method: string, path: string, body?: unknown): Promise<{ status: number; body: T }> {
  const response = await worker.admin(method, path, body);
  await worker.settled();
  return { status: response.status, body: (await response.json()) as T };
}

const video = (id: string) => send<Video>("GET", `/api/v2/videos/${id}`);
const audit = (id: string, result: string) =>
  send("POST", `/api/v2/video-posts/${id}/audit`, { result, reason: "A reason" });

async function published(more: Record<string, unknown> = {}): Promise<string> {
  const { videoPostId } = await publishPost(worker, more);
  await worker.settled();
  return videoPostId;
}

describe("/api/v2/videos", () => {
  it("shows a post from its publication until its rejection, withdrawal or deletion, with nothing internal", async () => {
    const id = await published({ title: "Summer", description: "By the sea" });
    const shown = await video(id);
    expect(shown).toEqual({
      status: 200,
      body: {
        videoPostId: id,
        authorId: "api-key:admin",
        title: "Summer",
        slug: "summer",
        description: "By the sea",
        resourceType: "VIDEO",
        durationSeconds: 18,
        posterUrl: null,
        interaction: { comments: true, liveComments: true },
        parts: [
          {
            ...{ fileIndex: 0, position: 0, durationSeconds: 18, ready: true, posterUrl: null },
            qualities: expect.arrayContaining(["1080p", "720p", "480p", "360p"]),
          },
        ],
        publishedAt: expect.any(Number),
      },
    });
    expect((await audit(id, "REJECTED")).status).toBe(200);
    expect((await video(id)).status).toBe(404);
    expect((await audit(id, "PASSED")).status).toBe(200);
    expect((await video(id)).status).toBe(200);
    expect((await send("DELETE", `/api/v2/video-posts/${id}`)).status).toBe(200);
    expect((await video(id)).status).toBe(404);
    expect((await send<{ items: unknown[] }>("GET", "/api/v2/videos")).body.items).toEqual([]);
  });

  it("shows what an edit or a change of interaction saves", async () => {
    const id = await published();
    await send("PATCH", `/api/v2/video-posts/${id}`, { title: "Winter" });
    expect((await video(id)).body).toMatchObject({ title: "Winter", slug: "winter" });
    const path = `/api/v2/video-posts/${id}/interaction`;
    const changed = await send<Video>("PUT", path, { comments: false, liveComments: true });
    expect(changed).toMatchObject({ status: 200, body: { interaction: { comments: false, liveComments: true } } });
    expect((await video(id)).body.interaction).toEqual({ comments: false, liveComments: true });
    const interaction = { comments: true, liveComments: false };
    await send("PATCH", `/api/v2/video-posts/${id}`, { interaction });
    expect((await video(id)).body.interaction).toEqual(interaction);
    expect((await send("PUT", path, { comments: false })).status).toBe(422);
    expect((await send("PUT", "/api/v2/video-posts/unknown/interaction", interaction)).status).toBe(404);
  });

  it("lists by pages and filters, and refuses what it does not know", async () => {
    const [first, second, third] = [await published({ title: "One" }), await published(), await published()];
    type Page = { readonly items: readonly Video[]; readonly nextCursor: string | null };
    const list = async (query: string) => (await send<Page>("GET", `/api/v2/videos?${query}`)).body;
    const ids = ({ items }: Page) => items.map(({ videoPostId }) => videoPostId);
    const page = await list("limit=2");
    expect(ids(page)).toEqual([third, second]);
    const rest = await list(`limit=2&cursor=${page.nextCursor}`);
    expect([ids(rest), rest.nextCursor]).toEqual([[first], null]);
    expect(ids(await list("slug=one&authorId=api-key:admin&resourceType=VIDEO"))).toEqual([first]);
    for (const query of ["state=PUBLISHED", "limit=0", "limit=201", "cursor=x", "resourceType=FILM"]) {
      expect((await send("GET", `/api/v2/videos?${query}`)).status, query).toBe(422);
    }
  });

  it("is read with the scope videos:read, which reads no posts", async () => {
    const id = await published();
    const { key } = await createKey(worker, ["videos:read"]);
    const headers = { authorization: `Bearer ${key}` };
    expect((await worker.fetch(`/api/v2/videos/${id}`, { headers })).status).toBe(200);
    expect((await worker.fetch(`/api/v2/video-posts/${id}`, { headers })).status).toBe(403);
  });
});

describe("/api/v2/authors/{authorId}/rewards", () => {
  type Rewards = { readonly balance: number; readonly items: readonly { videoPostId: string; direction: string }[] };
  const rewards = async () => (await send<Rewards>("GET", "/api/v2/authors/api-key%3Aadmin/rewards?limit=200")).body;
  const of = ({ items }: Rewards, id: string) =>
    items.filter(({ videoPostId }) => videoPostId === id).map(({ direction }) => direction);

  it("has one reward for a post whatever its reviews, and a second entry for its deletion", async () => {
    const before = (await rewards()).balance;
    const id = await published();
    for (const result of ["REJECTED", "PASSED", "REJECTED", "PASSED"]) await audit(id, result);
    const rewarded = await rewards();
    expect([of(rewarded, id), rewarded.balance - before]).toEqual([["REWARD"], 25]);
    await send("DELETE", `/api/v2/video-posts/${id}`);
    const reversed = await rewards();
    expect([of(reversed, id), reversed.balance - before]).toEqual([["REVERSAL", "REWARD"], 0]);
  });

  it("has nothing where rewards are off, or for an author without posts", async () => {
    worker = startWorker();
    const id = await published();
    expect(of(await rewards(), id)).toEqual([]);
    const nobody = await send("GET", "/api/v2/authors/nobody/rewards");
    expect(nobody).toEqual({ status: 200, body: { balance: 0, items: [], nextCursor: null } });
  });
});

describe("the upload of a part", () => {
  const isStored = async (uploadId: string) =>
    (await testEnv.SOURCE.list({ prefix: `uploads/${uploadId}/` })).objects.length > 0;

  const gone = async (uploadId: string) => {
    await expect.poll(() => isStored(uploadId), { timeout: 30_000 }).toBe(false);
    expect(await database.count("upload_session", { upload_id: uploadId })).toBe(0);
  };

  async function posted(): Promise<{ uploadId: string; videoPostId: string }> {
    const uploadId = await completeUpload(worker);
    const uploadFileList = [{ uploadId, fileName: "film.mp4" }];
    const videoPostId = await createPost(worker, { uploadFileList, autoPublish: false });
    await report(worker, await claim(worker, videoPostId), "transcode-result", transcodeReport(["480p"]));
    return { uploadId, videoPostId };
  }

  it("is deleted by the publication of a post whose part is encrypted", async () => {
    const { uploadId, videoPostId } = await posted();
    await encryptPost(worker, videoPostId);
    expect(await isStored(uploadId)).toBe(true);
    expect((await audit(videoPostId, "PASSED")).status).toBe(200);
    await gone(uploadId);
  });

  it("is deleted by the encryption of a part whose post is published", async () => {
    const { uploadId, videoPostId } = await posted();
    const review = { audit_result: "PASSED", audited_by: "anna", audited_at: 1 };
    await database.change("video_post", { ...review, published_at: 1, status: "PUBLISHED" }, { id: videoPostId });
    expect(await isStored(uploadId)).toBe(true);
    await encryptPost(worker, videoPostId);
    await gone(uploadId);
    expect((await video(videoPostId)).body).toMatchObject({ parts: [{ qualities: ["480p"], ready: true }] });
  });
});
