import { beforeEach, describe, expect, it } from "vitest";
import { deleteVideoPost, updateVideoPost } from "../../shared/application/commands/edit-video-post.ts";
import type { VideoPostFilter, VideoPostSummary } from "../../shared/application/ports/video-post-queries.ts";
import type { VideoFile } from "../../shared/domain/part/video-file.ts";
import { foldTitle } from "../../shared/domain/post/folded-title.ts";
import { createVideoPost, type NewVideoPost, type VideoPost } from "../../shared/domain/post/video-post.ts";
import { uuidV7 } from "../../shared/lib/random-id.ts";
import type { OpenPersistence, TestPersistence } from "./persistence.ts";
import { barePost, fullPost } from "./sample-posts.ts";
import { NOW, publishPost, savePost } from "./steps.ts";

/** Posts that one page reads at most. */
const READ_BY_A_PAGE = 1000;

export function describePostList(name: string, open: OpenPersistence): void {
  describe(`${name}: the list of posts`, () => {
    let persistence: TestPersistence;
    beforeEach(async () => {
      persistence = await open();
    });

    /** The pages of a list, to its end. */
    async function pagesOf(filter: VideoPostFilter, limit: number): Promise<VideoPostSummary[][]> {
      const pages: VideoPostSummary[][] = [];
      for (let after = null as Parameters<typeof persistence.postQueries.list>[0]["after"]; ; ) {
        const { items, next } = await persistence.postQueries.list({ filter, after, limit });
        pages.push([...items]);
        if (next === null) return pages;
        after = next;
      }
    }

    const idsOf = async (filter: VideoPostFilter, limit = 10) =>
      (await pagesOf(filter, limit)).flat().map(({ videoPostId }) => videoPostId);

    async function draft(more: Partial<NewVideoPost>, now: number): Promise<VideoPost> {
      const blank = {
        description: "",
        interaction: barePost.interaction,
        access: "POLICY",
        autoPublish: false,
      } as const;
      const given = { id: uuidV7(now), authorId: "author", title: "A film", resourceType: "VIDEO", files: [] } as const;
      const change = createVideoPost({ ...blank, ...given, ...more }, now);
      expect(await persistence.posts.save({ from: null, ...change }, now)).toBe("saved");
      return change.post;
    }

    it("shows what a post is, and nothing of its parts", async () => {
      const post = { ...barePost, version: 0, title: "Ein „Titel“ 😀", publishedAt: 7 };
      await persistence.posts.save({ from: null, post, events: [], jobs: [] }, NOW);
      const { id, authorId, title, slug, resourceType, status, durationSeconds, createdAt, updatedAt } = post;
      const shown = { authorId, title, slug, resourceType, status, durationSeconds, createdAt, updatedAt };
      expect(await persistence.postQueries.list({ filter: {}, after: null, limit: 10 })).toStrictEqual({
        items: [{ videoPostId: id, ...shown, publishedAt: 7, poster: null }],
        next: null,
      });
    });

    /** The poster in the list of a post with such parts, of which the last one stands first. */
    async function posterOf(more: Partial<VideoPost>, ...parts: readonly Partial<VideoFile>[]) {
      const id = uuidV7(NOW);
      const files = parts.map((part, fileIndex) => ({
        ...fullPost.files[0]!,
        ...{ id: `${id}/${fileIndex}`, fileIndex, position: parts.length - fileIndex, singleKey: null },
        source: { kind: "upload", uploadId: `${id}/${fileIndex}` } as const,
        keys: fullPost.files[0]!.keys.map((key) => ({ ...key, keyId: `${id}/${fileIndex}/${key.keyId}` })),
        ...part,
      }));
      const post = { ...fullPost, id, importId: null, authorId: id, deletedAt: null, ...more, files };
      expect(await persistence.posts.save({ from: null, post, events: [], jobs: [] }, NOW)).toBe("saved");
      const filter = { authorId: id, status: post.status };
      const { items } = await persistence.postQueries.list({ filter, after: null, limit: 10 });
      expect(items).toHaveLength(1);
      return items[0]!.poster;
    }

    it("has the poster of the first part that has one, with its address where anybody may see it", async () => {
      const own = { width: 640, height: 360, candidate: null, address: "AAAAAAAAAAAAAAAAAAAAA1/poster.png" };
      const best = { width: 1280, height: 720, candidate: 2, address: "images-1/poster-2.jpg" };
      const none = { images: null, poster: null };
      const first = { poster: { kind: "candidate", number: 1 } } as const;
      expect(await posterOf({}, {})).toEqual({ fileIndex: 0, ...own });
      expect(await posterOf({}, {}, { poster: null })).toEqual({ fileIndex: 1, ...best });
      expect(await posterOf({}, first, none)).toMatchObject({ fileIndex: 0, candidate: 1 });
      expect(await posterOf({}, { images: null }, none)).toEqual({ fileIndex: 0, ...own });
      expect(await posterOf({}, none)).toBe(null);
      expect(await posterOf({})).toBe(null);
      const hidden = { fileIndex: 0, ...own, address: null };
      expect(await posterOf({ publishedAt: null, status: "PENDING_AUDIT" }, {})).toEqual(hidden);
      expect(await posterOf({}, { playing: null })).toEqual(hidden);
      expect(await posterOf({}, { qualityAuth: [] })).toEqual(hidden);
      const [entitled, open] = fullPost.files[0]!.qualityAuth;
      const served = { ...open!, quality: entitled!.quality };
      expect(await posterOf({}, { qualityAuth: [served, { ...open!, policy: "AUTHENTICATED" }] })).toEqual(hidden);
      expect(await posterOf({ status: "DELETED", deletedAt: NOW }, {})).toBe(null);
    });

    it("starts with the newest and comes in pages of the limit, without a gap or a repetition", async () => {
      const ids: string[] = [];
      for (let n = 0; n < 5; n++) ids.unshift((await savePost(persistence, { now: NOW + n })).id);
      const pages = (await pagesOf({}, 2)).map((page) => page.map(({ videoPostId }) => videoPostId));
      expect(pages).toEqual([ids.slice(0, 2), ids.slice(2, 4), ids.slice(4)]);
      expect(await pagesOf({}, 5)).toHaveLength(1);
    });

    it("does not repeat or lose a post where others are created and deleted between two pages", async () => {
      const posts: VideoPost[] = [];
      for (let n = 0; n < 4; n++) posts.unshift(await draft({}, NOW + n));
      const first = await persistence.postQueries.list({ filter: {}, after: null, limit: 2 });
      await draft({}, NOW + 9);
      await deleteVideoPost(persistence.posts, { videoPostId: posts[1]!.id, seenVersion: null }, "tester", NOW + 10);
      const second = await persistence.postQueries.list({ filter: {}, after: first.next, limit: 2 });
      expect(second.items.map(({ videoPostId }) => videoPostId)).toEqual(posts.slice(2).map(({ id }) => id));
    });

    it("has the posts of one status, and deleted ones only on request", async () => {
      const published = await publishPost(persistence, NOW);
      const transcoding = await savePost(persistence, { now: NOW + 1 });
      const deleted = await savePost(persistence, { now: NOW + 2 });
      await deleteVideoPost(persistence.posts, { videoPostId: deleted.id, seenVersion: null }, "tester", NOW + 3);
      expect(await idsOf({})).toEqual([transcoding.id, published.id]);
      expect(await idsOf({ status: undefined })).toEqual([transcoding.id, published.id]);
      expect(await idsOf({ status: "PUBLISHED" })).toEqual([published.id]);
      expect(await idsOf({ status: "DELETED" })).toEqual([deleted.id]);
      expect(await idsOf({ status: "DELETED", titlePrefix: "a" })).toEqual([deleted.id]);
      expect(await idsOf({ status: "REJECTED" })).toEqual([]);
    });

    it("has what fits every filter, for each of them and each pair", async () => {
      const posts: VideoPost[] = [];
      for (let n = 0; n < 12; n++) {
        const title = ["Ábc", "abd", "Zoo"][n % 3]!;
        const more = { authorId: `author-${n % 2}`, title, resourceType: n % 4 < 2 ? "VIDEO" : "AUDIO" } as const;
        const post = await draft(more, NOW + n * 1000);
        if (n % 5 === 4)
          await deleteVideoPost(
            persistence.posts,
            { videoPostId: post.id, seenVersion: null },
            "tester",
            NOW + n * 1000,
          );
        posts.push(n % 5 === 4 ? { ...post, status: "DELETED" } : post);
      }
      const filters: Required<VideoPostFilter> = {
        status: "DRAFT",
        authorId: "author-1",
        slug: "abc",
        resourceType: "AUDIO",
        titlePrefix: "ab",
        createdFrom: NOW + 2000,
        createdBefore: NOW + 9000,
      };
      const names = Object.keys(filters) as (keyof VideoPostFilter)[];
      const pairs = names.flatMap((first, at) => names.slice(at).map((second) => [first, second] as const));
      const checks = (["DRAFT", "DELETED"] as const).flatMap((status) =>
        pairs.map(async ([first, second]) => {
          const given = { ...filters, status };
          const filter: VideoPostFilter = { [first]: given[first], [second]: given[second] };
          const fitting = posts.filter((post) => fits(post, filter)).reverse();
          const byTitle = (post: VideoPost) => `${foldTitle(post.title)} ${post.id}`;
          const sorted = filter.titlePrefix === undefined ? fitting : fitting.toSorted(inOrderOf(byTitle));
          expect(await idsOf(filter, 3), JSON.stringify(filter)).toEqual(sorted.map(({ id }) => id));
        }),
      );
      await Promise.all(checks);
    });

    it("finds titles by how they begin, whatever the case and the accents, in the order of titles", async () => {
      const of = async (title: string, now: number) => (await draft({ title }, now)).id;
      const [eleve, ele2] = [await of("Élève", NOW), await of("« ELE »", NOW + 1)];
      const [ele1, twin] = [await of("ele", NOW + 2), await of("élève", NOW + 3)];
      await of("El", NOW + 4);
      await of("Emil", NOW + 5);
      expect(await idsOf({ titlePrefix: foldTitle("ÉLÉ") }, 1)).toEqual([ele2, ele1, eleve, twin]);
    });

    it("finds a post by its new title alone after a change", async () => {
      const { id } = await draft({ title: "Old" }, NOW);
      await updateVideoPost(
        persistence.posts,
        { videoPostId: id, seenVersion: null },
        { title: "New" },
        "tester",
        NOW + 1,
      );
      expect([await idsOf({ titlePrefix: "old" }), await idsOf({ titlePrefix: "new" })]).toEqual([[], [id]]);
    });

    it("finds rows that were written without a folded title after they are completed, some at a time", async () => {
      const { id } = await draft({ title: "Été" }, NOW);
      await draft({ title: "Autre" }, NOW + 1);
      await persistence.execute("UPDATE video_post SET title_folded = NULL, title_folded_from = NULL");
      expect(await idsOf({ titlePrefix: "ete" })).toEqual([]);
      expect(await idsOf({})).toHaveLength(2);
      const counts = [1, 1, 1].map((limit) => () => persistence.foldedTitles.complete(limit));
      for (const [at, complete] of counts.entries()) expect(await complete()).toBe(at < 2 ? 1 : 0);
      expect(await idsOf({ titlePrefix: "ete" })).toEqual([id]);
    });

    it("folds again what an earlier release has renamed", async () => {
      const { id } = await draft({ title: "Old" }, NOW);
      await persistence.execute(`UPDATE video_post SET title = 'Été' WHERE id = '${id}'`);
      expect(await persistence.foldedTitles.complete(10)).toBe(1);
      expect([await idsOf({ titlePrefix: "old" }), await idsOf({ titlePrefix: "ete" })]).toEqual([[], [id]]);
    });

    it("leaves a title that changes while it is folded to its own folded title", async () => {
      const posts: VideoPost[] = [];
      for (let n = 0; n < 20; n++) posts.push(await draft({ title: `Old ${n}` }, NOW + n));
      await persistence.execute("UPDATE video_post SET title_folded = NULL, title_folded_from = NULL");
      const rename = async () => {
        for (const [n, { id: videoPostId }] of posts.entries()) {
          const post = { videoPostId, seenVersion: null };
          await updateVideoPost(persistence.posts, post, { title: `New ${n}` }, "tester", NOW);
        }
      };
      await Promise.all([persistence.slow().foldedTitles.complete(posts.length), rename()]);
      while ((await persistence.foldedTitles.complete(posts.length)) > 0);
      const rows = await persistence.rows("video_post");
      expect(rows.map((row) => row.title_folded)).toEqual(rows.map((row) => foldTitle(row.title as string)));
    });

    it("reads a bounded number of posts for a page, and comes to the rare one on a later page", async () => {
      const rare = await draft({ authorId: "rare" }, NOW);
      const common = await draft({ authorId: "common" }, NOW);
      await copy(common, READ_BY_A_PAGE + 5);
      const pages = await pagesOf({ slug: "a-film", authorId: "rare" }, 3);
      expect(pages.map((page) => page.map(({ videoPostId }) => videoPostId))).toEqual([[], [rare.id]]);
      expect((await pagesOf({ slug: "a-film", authorId: "common" }, 500)).map((page) => page.length)).toEqual([
        ...[500, 500, 6],
      ]);
      expect((await pagesOf({ titlePrefix: "a", authorId: "rare" }, 3)).flat()).toHaveLength(1);
    });

    /** Newer posts that are equal but for their ids. */
    async function copy(post: VideoPost, count: number): Promise<void> {
      const names = (await persistence.columns("video_post")).map((column) => column.name);
      const id = uuidV7(NOW + 60_000).slice(0, -6);
      const values = names.map((column) =>
        column === "id" ? `'${id}' || substr(CAST(1000000 + i AS text), 2)` : column,
      );
      await persistence.execute(`WITH RECURSIVE numbers(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < ${count})
        INSERT INTO video_post (${names.join(", ")})
        SELECT ${values.join(", ")} FROM video_post, numbers WHERE id = '${post.id}'`);
    }
  });
}

function fits(post: VideoPost, filter: VideoPostFilter): boolean {
  const { status, authorId, slug, resourceType, titlePrefix, createdFrom, createdBefore } = filter;
  return (
    (status === undefined ? post.status !== "DELETED" : post.status === status) &&
    (authorId ?? post.authorId) === post.authorId &&
    (slug ?? post.slug) === post.slug &&
    (resourceType ?? post.resourceType) === post.resourceType &&
    foldTitle(post.title).startsWith(titlePrefix ?? "") &&
    post.createdAt >= (createdFrom ?? 0) &&
    post.createdAt < (createdBefore ?? Number.POSITIVE_INFINITY)
  );
}

function inOrderOf<T>(keyOf: (item: T) => string) {
  return (a: T, b: T) => (keyOf(a) < keyOf(b) ? -1 : 1);
}
