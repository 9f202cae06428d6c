import { beforeEach, describe, expect, it } from "vitest";
import { deleteVideoPost } from "../../shared/application/commands/edit-video-post.ts";
import type { VideoPost } from "../../shared/domain/post/video-post.ts";
import type { OpenPersistence, TestPersistence } from "./persistence.ts";
import { askForJob, encrypt, NOW, onlyPart, publishPost, reload, savePost, transcode, vault } from "./steps.ts";

const GRACE_MS = 60_000;

export function describeGateReadings(name: string, open: OpenPersistence): void {
  describe(`${name}: what the key endpoint and token issue read of a part`, () => {
    let persistence: TestPersistence;
    let post: VideoPost;
    beforeEach(async () => {
      persistence = await open();
      post = await publishPost(persistence);
    });

    const read = (id = post.id, fileIndex = 0) => persistence.gateReadings.readPart(id, fileIndex);
    const rotate = async () => {
      await askForJob(persistence, post.id, "ENCRYPT");
      return encrypt(persistence, NOW, GRACE_MS);
    };

    it("is nothing for a part that does not exist, with the position of the feed all the same", async () => {
      const { position } = await read();
      expect(position).toBeGreaterThan(0);
      expect(await read(post.id, 1)).toEqual({ position, part: null });
      expect(await read("nobody")).toEqual({ position, part: null });
    });

    it("is what plays, with its policies and the keys that open it", async () => {
      const { part } = await read();
      const { version } = await reload(persistence, post.id);
      const { playing, qualityAuth, id, keys } = onlyPart(post);
      expect(part).toMatchObject({
        postStatus: "PUBLISHED",
        postVersion: version,
        isRemoved: false,
        durationSeconds: 18,
      });
      expect(part).toMatchObject({ playing: { prefix: playing?.prefix, keyVersion: 1 }, migration: null });
      expect(part?.policies).toHaveLength(qualityAuth.length);
      expect(part?.policies).toEqual(expect.arrayContaining([...qualityAuth]));
      expect(part?.keys).toHaveLength(keys.length);
      for (const { keyId, quality, keyVersion, status, usableUntil, kekId, wrappedKey } of keys) {
        const key = { keyId, fileId: id, quality, keyVersion, status, usableUntil, kekId, wrappedKey };
        expect(part?.keys).toContainEqual(key);
        expect(await vault.unwrap(key, { fileId: id, quality, keyVersion })).toHaveLength(16);
      }
    });

    it("has no keys before the first encryption has ended, nor those that are staged for the next", async () => {
      const unready = await savePost(persistence);
      await transcode(persistence);
      expect((await read(unready.id)).part).toMatchObject({ postStatus: "TRANSCODING", playing: null, keys: [] });
    });

    it("has replaced keys with the end of their grace, and no revoked ones", async () => {
      await rotate();
      const { part } = await read();
      const versions = part?.keys.map(({ keyVersion, status, usableUntil }) => ({ keyVersion, status, usableUntil }));
      expect(versions).toContainEqual({ keyVersion: 1, status: "RETIRING", usableUntil: NOW + GRACE_MS });
      expect(versions).toContainEqual({ keyVersion: 2, status: "ACTIVE", usableUntil: null });
      expect(part?.playing?.keyVersion).toBe(2);
      await deleteVideoPost(persistence.posts, { videoPostId: post.id, seenVersion: null }, "tester", NOW);
      expect((await read()).part).toMatchObject({ postStatus: "DELETED", keys: [] });
    });
  });
}
