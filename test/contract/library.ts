import { beforeEach, describe, expect, it } from "vitest";
import { deleteVideoPost } from "../../shared/application/commands/edit-video-post.ts";
import { recordPublishedVideo, recordUnknownVideos } from "../../shared/application/commands/record-published-video.ts";
import { auditVideoPost } from "../../shared/application/commands/review-video-post.ts";
import type { ListVideos } from "../../shared/application/ports/library.ts";
import { type PublishedVideo, publishedVideoOf } from "../../shared/domain/post/published-video.ts";
import type { VideoPost } from "../../shared/domain/post/video-post.ts";
import { uuidV7 } from "../../shared/lib/random-id.ts";
import type { OpenPersistence, TestPersistence } from "./persistence.ts";
import { barePost } from "./sample-posts.ts";
import { NOW, publishPost, reload } from "./steps.ts";

const verdict = (result: "PASSED" | "REJECTED") => ({ result, reason: "a reason", by: "anna" });

export function describeLibrary(name: string, open: OpenPersistence): void {
  describe(`${name}: the library`, () => {
    let persistence: TestPersistence;
    beforeEach(async () => {
      persistence = await open();
    });

    /** A published post whose event no dispatcher has handled. */
    async function savedPost(more: Partial<VideoPost> = {}, publishedAt = NOW): Promise<VideoPost> {
      const audit = { result: "PASSED", reason: null, by: "anna", at: publishedAt } as const;
      const content = { title: "Ein „Titel“ 😀", version: 0, files: [], status: "PUBLISHED" } as const;
      const post = { ...barePost, ...content, id: uuidV7(NOW), audit, publishedAt, ...more };
      expect(await persistence.posts.save({ from: null, post, events: [], jobs: [] }, NOW)).toBe("saved");
      return reload(persistence, post.id);
    }

    async function recordedPost(more: Partial<VideoPost> = {}, publishedAt = NOW): Promise<string> {
      const post = await savedPost(more, publishedAt);
      await recordPublishedVideo(persistence, { videoPostId: post.id, version: 1 });
      return post.id;
    }

    const refresh = (videoPostId: string, version: number) =>
      recordPublishedVideo(persistence, { videoPostId, version });

    const idsOf = async (input: Partial<ListVideos>) =>
      (await persistence.library.list({ filter: {}, after: null, limit: 10, ...input })).map((one) => one.videoPostId);

    it("shows a published post as it was recorded", async () => {
      const post = await publishPost(persistence);
      expect(await persistence.library.find(post.id)).toBeNull();
      await refresh(post.id, post.version);
      const shown = publishedVideoOf(post);
      expect(await persistence.library.find(post.id)).toStrictEqual(shown);
      expect(await persistence.library.list({ filter: {}, after: null, limit: 10 })).toStrictEqual([shown]);
      expect(shown!.parts).toMatchObject([{ fileIndex: 0, qualities: ["1080p", "480p"], ready: true }]);
    });

    it("keeps the latest version, in whichever order versions are recorded", async () => {
      const post = await savedPost();
      const titled = (title: string): PublishedVideo => ({ ...publishedVideoOf(post)!, title });
      const record = (version: number, video: PublishedVideo | null) =>
        persistence.library.record({ videoPostId: post.id, version, video });
      await record(5, titled("fifth"));
      await record(4, titled("fourth"));
      await record(5, titled("another fifth"));
      expect((await persistence.library.find(post.id))?.title).toBe("fifth");
      await record(7, null);
      await record(6, titled("sixth"));
      expect(await persistence.library.find(post.id)).toBeNull();
      await record(8, titled("eighth"));
      expect((await persistence.library.find(post.id))?.title).toBe("eighth");
      expect(await persistence.library.reflects(post.id, 8)).toBe(true);
      expect(await persistence.library.reflects(post.id, 9)).toBe(false);
    });

    it("hides a post from the save that withdraws or deletes it, before its event is handled", async () => {
      const [rejected, deleted] = [await recordedPost(), await recordedPost()];
      const seen = { videoPostId: rejected, seenVersion: null };
      await auditVideoPost(persistence.posts, seen, verdict("REJECTED"), NOW + 1);
      await deleteVideoPost(persistence.posts, { videoPostId: deleted, seenVersion: null }, "tester", NOW + 1);
      for (const id of [rejected, deleted]) expect(await persistence.library.find(id)).toBeNull();
      expect(await idsOf({})).toEqual([]);
    });

    it("does not bring a post back by an event that comes after its deletion", async () => {
      const id = await recordedPost();
      await deleteVideoPost(persistence.posts, { videoPostId: id, seenVersion: null }, "tester", NOW + 1);
      await refresh(id, 2);
      await refresh(id, 1);
      expect(await persistence.library.find(id)).toBeNull();
      const rows = await persistence.rows("published_video");
      expect(rows).toEqual([expect.objectContaining({ version: 2, title: null, author_id: null, published_at: null })]);
    });

    it("lists the newest publications first, by pages that skip and repeat none", async () => {
      const ids: string[] = [];
      for (const at of [NOW, NOW, NOW + 5, NOW + 2, NOW + 9]) ids.push(await recordedPost({}, at));
      const twins = ids.slice(0, 2).toSorted().toReversed();
      const order = [ids[4]!, ids[2]!, ids[3]!, ...twins];
      expect(await idsOf({})).toEqual(order);
      const paged: string[] = [];
      let after: ListVideos["after"] = null;
      for (;;) {
        const [video] = await persistence.library.list({ filter: {}, after, limit: 1 });
        if (video === undefined) break;
        paged.push(video.videoPostId);
        after = video;
      }
      expect(paged).toEqual(order);
    });

    it("lists by author, slug and resource type, together or apart", async () => {
      const one = await recordedPost({ authorId: "anna", slug: "summer", resourceType: "AUDIO" }, NOW);
      const two = await recordedPost({ authorId: "anna", slug: "winter", resourceType: "VIDEO" }, NOW + 1);
      const three = await recordedPost({ authorId: "ben", slug: "winter", resourceType: "AUDIO" }, NOW + 2);
      expect(await idsOf({ filter: { authorId: "anna" } })).toEqual([two, one]);
      expect(await idsOf({ filter: { slug: "winter" } })).toEqual([three, two]);
      expect(await idsOf({ filter: { resourceType: "AUDIO" } })).toEqual([three, one]);
      expect(await idsOf({ filter: { authorId: "anna", slug: "winter", resourceType: "VIDEO" } })).toEqual([two]);
      expect(await idsOf({ filter: { authorId: "clara" } })).toEqual([]);
    });

    it("has a published post wait from its save on, until it is recorded", async () => {
      await savedPost({ publishedAt: null, audit: null });
      const published = [(await publishPost(persistence)).id, (await savedPost()).id].toSorted();
      expect(await persistence.library.listUnrecorded(10)).toEqual(published);
      expect(await persistence.library.listUnrecorded(1)).toEqual(published.slice(0, 1));
      expect(await recordUnknownVideos(persistence, 10)).toBe(2);
      expect((await idsOf({})).toSorted()).toEqual(published);
      expect(await recordUnknownVideos(persistence, 10)).toBe(0);
    });
  });
}
