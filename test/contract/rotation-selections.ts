import { beforeAll, describe, expect, it } from "vitest";
import { deleteVideoPost } from "../../shared/application/commands/edit-video-post.ts";
import type { PartName, PreviewedPart } from "../../shared/application/ports/rotation-batches.ts";
import type { ChosenParts, RotationSelection } from "../../shared/domain/rotation/rotation-batch.ts";
import { uuidV7 } from "../../shared/lib/random-id.ts";
import { dump, type OpenPersistence, type TestPersistence } from "./persistence.ts";
import { askForJob, encrypt, NOW, publishPost, reload, savePost } from "./steps.ts";

const HOUR = 3_600_000;

export function describeRotationSelections(name: string, open: OpenPersistence): void {
  describe(`${name}: which parts a rotation is for`, () => {
    let persistence: TestPersistence;
    let posts: Record<"old" | "rotated" | "waiting" | "twoParts" | "audio" | "deleted", string>;

    // Made once: no test changes a post, and a test reads the items of one batch.
    beforeAll(async () => {
      persistence = await open();
      const old = (await publishPost(persistence, NOW)).id;
      const rotated = (await publishPost(persistence, NOW + HOUR)).id;
      await askForJob(persistence, rotated, "ENCRYPT", NOW + 3 * HOUR);
      await encrypt(persistence, NOW + 3 * HOUR);
      const audio = (await publishPost(persistence, NOW + 2 * HOUR)).id;
      const post = await reload(persistence, audio);
      const changed = { ...post, resourceType: "AUDIO", authorId: "somebody else" } as const;
      await persistence.posts.save({ from: post, post: changed, events: [], jobs: [] }, NOW);
      const deleted = (await publishPost(persistence, NOW + 2 * HOUR)).id;
      await deleteVideoPost(persistence.posts, { videoPostId: deleted, seenVersion: null }, "tester", NOW);
      const waiting = (await savePost(persistence, { now: NOW + 4 * HOUR })).id;
      const twoParts = (await savePost(persistence, { now: NOW + 4 * HOUR, parts: 2 })).id;
      posts = { old, rotated, audio, deleted, waiting, twoParts };
    });

    const preview = async (selection: RotationSelection, limit = 100) => {
      const parts: PreviewedPart[] = [];
      let after: PartName | null = null;
      do {
        const page: Awaited<ReturnType<TestPersistence["rotationBatches"]["preview"]>> =
          await persistence.rotationBatches.preview(selection, { after, limit });
        parts.push(...page.parts);
        after = page.last;
      } while (after !== null);
      return parts;
    };
    /** What is previewed, and what a batch then has items for. */
    const selected = async (selection: RotationSelection) => {
      const names = (parts: readonly PartName[]) =>
        parts.map(({ videoPostId, fileIndex }) => `${nameOf(videoPostId)} ${fileIndex}`).toSorted();
      const previewed = names(await preview(selection));
      const batchId = uuidV7(NOW);
      const batch = { batchId, selection, maxInFlight: 1, graceSeconds: null, requestedBy: "me" };
      await persistence.rotationBatches.create(batch, NOW + 9 * HOUR);
      while (await persistence.rotationSteps.fill(batchId, selection, 2)) {}
      const items = await persistence.rotationBatches.items(batchId, { state: null, after: null, limit: 100 });
      expect(names(items)).toEqual(previewed);
      return previewed;
    };
    const nameOf = (id: string) => Object.entries(posts).find(([, each]) => each === id)![0];

    const part = (post: keyof typeof posts, fileIndex: number) => ({ videoPostId: posts[post], fileIndex });

    it.each<[string, () => RotationSelection, string[]]>([
      ["everything", () => ({}), ["audio 0", "old 0", "rotated 0", "twoParts 0", "twoParts 1", "waiting 0"]],
      ["a post", () => ({ videoPostId: posts.twoParts }), ["twoParts 0", "twoParts 1"]],
      ["a part", () => ({ videoPostId: posts.twoParts, fileIndex: 1 }), ["twoParts 1"]],
      [
        "parts of some posts",
        () => ({ parts: [{ videoPostId: posts.old }, part("twoParts", 1)] }),
        ["old 0", "twoParts 1"],
      ],
      ["all parts of some posts", () => ({ parts: [{ videoPostId: posts.twoParts }] }), ["twoParts 0", "twoParts 1"]],
      ["a part that is named twice", () => ({ parts: [part("old", 0), part("old", 0)] }), ["old 0"]],
      [
        "parts that fit a filter too",
        () => ({ parts: [part("old", 0), part("audio", 0)], resourceType: "AUDIO" }),
        ["audio 0"],
      ],
      ["parts of posts that were deleted", () => ({ parts: [part("deleted", 0)] }), []],
      ["a post that was deleted", () => ({ videoPostId: posts.deleted }), []],
      ["a status", () => ({ status: "PUBLISHED" }), ["audio 0", "old 0", "rotated 0"]],
      ["an author", () => ({ authorId: "somebody else" }), ["audio 0"]],
      ["a resource type", () => ({ resourceType: "AUDIO" }), ["audio 0"]],
      ["posts from a time on", () => ({ createdFrom: NOW + 4 * HOUR }), ["twoParts 0", "twoParts 1", "waiting 0"]],
      ["posts before a time", () => ({ createdBefore: NOW + HOUR }), ["old 0"]],
      ["posts of a time", () => ({ createdFrom: NOW + HOUR, createdBefore: NOW + 3 * HOUR }), ["audio 0", "rotated 0"]],
      ["a key version below", () => ({ keyVersionBelow: 2 }), ["audio 0", "old 0"]],
      ["keys made before a time", () => ({ keysCreatedBefore: NOW + 3 * HOUR }), ["audio 0", "old 0"]],
      ["keys under a key-encryption key", () => ({ kekId: "k1" }), ["audio 0", "old 0", "rotated 0"]],
      ["keys under another", () => ({ kekId: "k0" }), []],
      ["what is said together", () => ({ keyVersionBelow: 2, authorId: "author" }), ["old 0"]],
    ])("%s", async (_, selection, parts) => {
      expect(await selected(selection())).toEqual(parts);
    });

    it("finds the first of the named parts that does not exist or was deleted", async () => {
      const find = (...parts: readonly ChosenParts[]) => persistence.rotationBatches.findMissing(parts);
      const nobody = { videoPostId: "nobody" };
      expect(await find(part("old", 0), { videoPostId: posts.twoParts }, part("twoParts", 1))).toBe(null);
      expect(await find(part("old", 0), part("twoParts", 2), nobody)).toEqual({
        ...part("twoParts", 2),
        isDeleted: false,
      });
      expect(await find(nobody, part("deleted", 0))).toEqual({ ...nobody, isDeleted: false });
      expect(await find(part("deleted", 0), nobody)).toEqual({ ...part("deleted", 0), isDeleted: true });
      expect(await find({ videoPostId: posts.deleted })).toEqual({ videoPostId: posts.deleted, isDeleted: true });
      expect(await find()).toBe(null);
    });

    it("is previewed by pages of any size, and nothing is written", async () => {
      const before = await dump(persistence);
      const parts = await preview({});
      for (const size of [1, 2, 6, 7]) expect(await preview({}, size)).toEqual(parts);
      expect(await dump(persistence)).toStrictEqual(before);
      const old = parts.find(({ videoPostId }) => videoPostId === posts.old);
      expect(old).toMatchObject({ fileIndex: 0, keyVersion: 1, skip: null, qualities: 2, segments: 6, bytes: 6000 });
      const waiting = parts.find(({ videoPostId }) => videoPostId === posts.waiting);
      expect(waiting).toMatchObject({ keyVersion: null, skip: "not-playing", qualities: 0, segments: 0, bytes: 0 });
    });
  });
}
