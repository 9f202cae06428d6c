import { beforeEach, describe, expect, it } from "vitest";
import {
  claim,
  createPost,
  encryptPost,
  type PublishedPost,
  publishPost,
  report,
  transcodeReport,
} from "../support/published-post.ts";
import { administer, anonymousToken, askKey, startSession } from "../support/viewing.ts";
import { startWorker } from "../support/worker.ts";

const PATH = "/admin/video/enc/quality-auth";
const worker = startWorker();
let post: PublishedPost;
beforeEach(async () => {
  post = await publishPost(worker);
});

type Policy = { quality: string; policy: string; entitlement?: string | null };
const set = (policies: Policy[], of: { videoPostId: string; fileIndex: number } = post) =>
  administer(worker, "PUT", PATH, { videoPostId: of.videoPostId, fileIndex: of.fileIndex, policies });
const batch = (items: unknown[]) => administer(worker, "PUT", `${PATH}/batch`, { items });
const versionOf = async (videoPostId: string) => (await worker.context.posts.load(videoPostId))!.version;

describe("the policies of a part", () => {
  it("count from the next token on", async () => {
    expect((await anonymousToken(worker, post)).qualities).toEqual(["480p", "360p"]);
    expect(await set([{ quality: "720p", policy: "PUBLIC" }])).toEqual({ status: 200, body: { outcome: "changed" } });
    expect((await anonymousToken(worker, post)).qualities).toEqual(["720p", "480p", "360p"]);
    await set([
      { quality: "480p", policy: "DENIED" },
      { quality: "360p", policy: "AUTHENTICATED" },
    ]);
    expect((await anonymousToken(worker, post)).qualities).toEqual(["720p"]);
  });

  it("can be set before the first transcode, and its keys keep them", async () => {
    const videoPostId = await createPost(worker);
    const early = { videoPostId, fileIndex: 0 };
    expect(await set([{ quality: "480p", policy: "DENIED" }], early)).toMatchObject({ status: 200 });
    expect((await set([{ quality: "240p", policy: "DENIED" }], early)).status).toBe(422);
    await report(worker, await claim(worker, videoPostId), "transcode-result", transcodeReport(["480p", "360p"]));
    await encryptPost(worker, videoPostId);
    expect((await anonymousToken(worker, early)).qualities).toEqual(["360p"]);
  });

  it("leave those who are watching alone", async () => {
    const session = await startSession(worker, post, await anonymousToken(worker, post));
    await set([{ quality: "480p", policy: "DENIED" }]);
    expect(await askKey(worker, post, session, "480p")).toBe("key");
  });

  it("are shown with the post, by quality", async () => {
    await set([{ quality: "1080p", policy: "ENTITLED", entitlement: "gold" }]);
    const { body } = await administer(worker, "GET", `/api/v2/video-posts/${post.videoPostId}`, undefined);
    const [file] = body.files as { qualityAuth: Policy[] }[];
    expect(file?.qualityAuth).toContainEqual({ quality: "1080p", policy: "ENTITLED", entitlement: "gold" });
    expect(file?.qualityAuth).toHaveLength(4);
  });

  it("are not saved where nothing differs", async () => {
    await set([{ quality: "720p", policy: "DENIED" }]);
    const version = await versionOf(post.videoPostId);
    expect((await set([{ quality: "720p", policy: "DENIED", entitlement: null }])).body).toEqual({
      outcome: "unchanged",
    });
    expect(await versionOf(post.videoPostId)).toBe(version);
  });

  it("of a part that nobody may watch any more are a 403 at token issue", async () => {
    await set(["1080p", "720p", "480p", "360p"].map((quality) => ({ quality, policy: "DENIED" })));
    await expect(anonymousToken(worker, post)).rejects.toThrow(/^403 .*nothing-allowed/);
  });

  it.each<[string, Policy[], RegExp]>([
    ["ENTITLED to nothing", [{ quality: "720p", policy: "ENTITLED" }], /needs an entitlement/],
    ["an entitlement beside PUBLIC", [{ quality: "720p", policy: "PUBLIC", entitlement: "x" }], /only ENTITLED/],
    ["a quality that the part has not", [{ quality: "96k", policy: "PUBLIC" }], /no quality 96k/],
    ["a quality that there is not", [{ quality: "4320p", policy: "PUBLIC" }], /policies\.0\.quality/],
    ["a policy that there is not", [{ quality: "720p", policy: "FREE" }], /policies\.0\.policy/],
    ["no policy", [], /policies/],
  ])("are refused: %s", async (_, policies, detail) => {
    expect(await set(policies)).toMatchObject({ status: 422, body: { detail: expect.stringMatching(detail) } });
  });

  it("are refused for what is not there, or was deleted", async () => {
    const policies = [{ quality: "720p", policy: "PUBLIC" }];
    expect((await set(policies, { ...post, fileIndex: 1 })).status).toBe(404);
    expect((await set(policies, { ...post, videoPostId: "nobody" })).status).toBe(404);
    await worker.admin("DELETE", `/api/v2/video-posts/${post.videoPostId}`);
    expect((await set(policies)).status).toBe(410);
  });

  it("are for administrators", async () => {
    for (const path of [PATH, `${PATH}/batch`]) {
      expect((await worker.fetch(path, { method: "PUT", body: "{}" })).status).toBe(401);
    }
  });
});

describe("the policies of many parts", () => {
  it("are saved one by one, and each says what became of it", async () => {
    const second = await publishPost(worker);
    const unready = await createPost(worker, { resourceType: "AUDIO" });
    const open = [{ quality: "1080p", policy: "PUBLIC" }];
    const item = (videoPostId: string, policies: Policy[] = open) => ({ videoPostId, fileIndex: 0, policies });
    const answer = await batch([
      item(post.videoPostId),
      item(unready),
      item("nobody"),
      item(second.videoPostId),
      item(post.videoPostId),
      item(second.videoPostId, [{ quality: "720p", policy: "ENTITLED" }]),
    ]);
    expect(answer).toMatchObject({
      status: 200,
      body: {
        results: [
          { videoPostId: post.videoPostId, fileIndex: 0, outcome: "changed" },
          { videoPostId: unready, outcome: "refused", problem: { status: 422, code: "invalid" } },
          { videoPostId: "nobody", outcome: "refused", problem: { status: 404, code: "not-found" } },
          { videoPostId: second.videoPostId, outcome: "changed" },
          { videoPostId: post.videoPostId, outcome: "unchanged" },
          { videoPostId: second.videoPostId, outcome: "refused", problem: { status: 422 } },
        ],
      },
    });
    for (const part of [post, second]) {
      expect((await anonymousToken(worker, part)).qualities).toEqual(["1080p", "480p", "360p"]);
    }
    await worker.admin("DELETE", `/api/v2/video-posts/${unready}`);
  });

  it("are at most 50 in one request", async () => {
    const policies = [{ quality: "720p", policy: "PUBLIC" }];
    const items = Array.from({ length: 51 }, () => ({ videoPostId: post.videoPostId, fileIndex: 0, policies }));
    expect((await batch(items)).status).toBe(422);
    expect((await batch(items.slice(1))).status).toBe(200);
  });
});
