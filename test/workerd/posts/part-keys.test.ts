import { beforeAll, describe, expect, it } from "vitest";
import { bearer, createKey } from "../support/admin-callers.ts";
import { database } from "../support/inspection.ts";
import { emptyQueue } from "../support/one-job.ts";
import { createPost, type PublishedPost, publishPost } from "../support/published-post.ts";
import { startWorker } from "../support/worker.ts";

const worker = startWorker();
let post: PublishedPost;
let waiting: string;

beforeAll(async () => {
  post = await publishPost(worker);
  waiting = await createPost(worker);
});

const part = (videoPostId: string, rest: string, fileIndex = "0") =>
  `/api/v2/video-posts/${videoPostId}/parts/${fileIndex}/${rest}`;
const read = async (path: string) => (await worker.admin("GET", path)).json();

describe("the encryption of a part", () => {
  it("shows its states and its key versions", async () => {
    expect(await read(part(post.videoPostId, "encryption"))).toEqual({
      ...{ videoPostId: post.videoPostId, fileIndex: 0, transferResult: "SUCCESS", encryptStatus: "ENCRYPTED" },
      ...{ failCode: null, failReason: null, playingKeyVersion: 1, latestKeyVersion: 1, stagedKeyVersion: null },
    });
    expect(await read(part(waiting, "encryption"))).toMatchObject({
      ...{ transferResult: "TRANSCODING", encryptStatus: "UNENCRYPTED" },
      ...{ playingKeyVersion: null, latestKeyVersion: null, stagedKeyVersion: null },
    });
  });

  it("does not count a staged version as the latest", async () => {
    const { id } = (await database.rows<{ id: string }>("video_file_post", { video_id: post.videoPostId }))[0]!;
    const [key] = await database.rows("video_hls_encrypt_key", { file_id: id });
    await database.insert("video_hls_encrypt_key", { ...key, key_id: "staged", key_version: 2, status: "STAGED" });
    expect(await read(part(post.videoPostId, "key-version"))).toMatchObject({ fileIndex: 0, keyVersion: 1 });
    expect(await read(part(post.videoPostId, "encryption"))).toMatchObject({
      latestKeyVersion: 1,
      stagedKeyVersion: 2,
    });
    await database.remove("video_hls_encrypt_key", { key_id: "staged" });
  });

  it("lists its keys in every status, and nothing of their bytes, wrapped or not", async () => {
    await database.change("video_hls_encrypt_key", { status: "REVOKED" }, { key_id: post.keys.keys[0]!.keyId });
    const { items } = (await read(part(post.videoPostId, "keys"))) as { items: Record<string, unknown>[] };
    expect(items.map(({ keyVersion, quality, status }) => [keyVersion, quality, status]).toSorted()).toEqual(
      post.keys.keys.map(({ quality }, at) => [1, quality, at === 0 ? "REVOKED" : "ACTIVE"]).toSorted(),
    );
    const names = ["createdAt", "keyId", "keyUriTemplate", "keyVersion", "quality", "status", "usableUntil"];
    for (const item of items) expect(Object.keys(item).toSorted()).toEqual(names);
    const stored = await database.rows<{ wrapped_key: string }>("video_hls_encrypt_key");
    for (const { wrapped_key } of stored) expect(JSON.stringify(items)).not.toContain(wrapped_key);
    expect(await read(part(waiting, "keys"))).toEqual({ items: [] });
  });

  it.each(["encryption", "key-version", "keys"])("is 404 where there is no such part: %s", async (rest) => {
    for (const path of [part(post.videoPostId, rest, "1"), part(post.videoPostId, rest, "00"), part("none", rest)])
      expect((await worker.admin("GET", path)).status, path).toBe(404);
  });

  it("needs the scope of operators for its keys", async () => {
    const reader = await createKey(worker, ["posts:read"]);
    const statuses = ["encryption", "key-version", "keys"].map(async (rest) => {
      const sent = await worker.fetch(part(post.videoPostId, rest), { headers: bearer(reader.key) });
      return sent.status;
    });
    expect(await Promise.all(statuses)).toEqual([200, 200, 403]);
  });

  it("is 404 after the removal of the part", async () => {
    await emptyQueue();
    const { videoPostId } = await publishPost(worker);
    await worker.admin("POST", `/api/v2/video-posts/${videoPostId}/withdraw`, {});
    expect((await worker.admin("DELETE", `/api/v2/video-posts/${videoPostId}/parts/0`)).status).toBe(200);
    const answers = ["encryption", "key-version", "keys"].map((rest) => worker.admin("GET", part(videoPostId, rest)));
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([404, 404, 404]);
  });
});
