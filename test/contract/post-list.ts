import { beforeEach, describe, expect, it } from "vitest";
import { deleteVideoPost } from "../../shared/application/commands/edit-video-post.ts";
import type { VideoPostFilter } from "../../shared/application/ports/video-post-queries.ts";
import type { OpenPersistence, TestPersistence } from "./persistence.ts";
import { barePost } from "./sample-posts.ts";
import { NOW, publishPost, savePost } from "./steps.ts";

export function describePostList(name: string, open: OpenPersistence): void {
  describe(`${name}: the list of posts`, () => {
    let persistence: TestPersistence;
    beforeEach(async () => {
      persistence = await open();
    });

    const idsOf = async (filter: VideoPostFilter) =>
      (await persistence.postQueries.listNewest(filter)).map(({ videoPostId }) => videoPostId);

    it("shows what a post is, and nothing of its parts", async () => {
      const post = { ...barePost, version: 0, title: "Ein „Titel“ 😀" };
      await persistence.posts.save({ from: null, post, events: [], jobs: [] }, NOW);
      expect(await persistence.postQueries.listNewest({ limit: 10 })).toStrictEqual([
        {
          videoPostId: post.id,
          title: post.title,
          resourceType: "AUDIO",
          status: "TRANSCODING",
          durationSeconds: 0,
          createdAt: post.createdAt,
        },
      ]);
    });

    it("starts with the newest and holds no more than the limit", async () => {
      const ids: string[] = [];
      for (let n = 0; n < 5; n++) ids.unshift((await savePost(persistence, { now: NOW + n })).id);
      expect(await idsOf({ limit: 10 })).toEqual(ids);
      expect(await idsOf({ limit: 2 })).toEqual(ids.slice(0, 2));
      expect(await idsOf({ limit: 0 })).toEqual([]);
    });

    it("has the posts of one status, and deleted ones only on request", async () => {
      const published = await publishPost(persistence, NOW);
      const transcoding = await savePost(persistence, { now: NOW + 1 });
      const deleted = await savePost(persistence, { now: NOW + 2 });
      await deleteVideoPost(persistence.posts, deleted.id, NOW + 3);
      expect(await idsOf({ limit: 10 })).toEqual([transcoding.id, published.id]);
      expect(await idsOf({ limit: 10, status: undefined })).toEqual([transcoding.id, published.id]);
      expect(await idsOf({ limit: 10, status: "PUBLISHED" })).toEqual([published.id]);
      expect(await idsOf({ limit: 10, status: "DELETED" })).toEqual([deleted.id]);
      expect(await idsOf({ limit: 10, status: "REJECTED" })).toEqual([]);
    });
  });
}
