import { beforeEach, describe, expect, it } from "vitest";
import { deleteVideoPost } from "../../shared/application/commands/edit-video-post.ts";
import type { VideoPost } from "../../shared/domain/post/video-post.ts";
import { UPLOAD_LIFE_MS, UPLOAD_REMOVAL_DELAY_MS, type Upload } from "../../shared/domain/uploads/upload.ts";
import { secretId } from "../../shared/lib/random-id.ts";
import { dump, type OpenPersistence, type TestPersistence } from "./persistence.ts";
import { encrypt, NOW, onlyPart, reload, savePost, transcode } from "./steps.ts";

const OWNER = "api-key:editor";

function upload(more: Partial<Upload> = {}): Upload {
  const uploadId = more.uploadId ?? secretId();
  return {
    uploadId,
    owner: OWNER,
    size: 100,
    offset: 0,
    tempPath: `uploads/${uploadId}/`,
    state: "OPEN",
    metadata: {},
    expiresAt: NOW + UPLOAD_LIFE_MS,
    createdAt: NOW,
    tokenId: null,
    maxDurationSeconds: null,
    multipartId: null,
    partSize: null,
    ...more,
  };
}

const AT = { now: NOW, firstAttemptAt: NOW };
const COMPLETE = { offset: 100, state: "COMPLETE" } as const;

export function describeUploads(name: string, open: OpenPersistence): void {
  describe(`${name}: an upload`, () => {
    let persistence: TestPersistence;
    beforeEach(async () => {
      persistence = await open();
    });

    async function opened(more: Partial<Upload> = {}): Promise<Upload> {
      const made = upload(more);
      await persistence.uploads.open(made);
      return made;
    }

    const found = ({ uploadId, owner }: Upload) => persistence.uploads.find({ uploadId, owner });

    it("is found with every field as it was opened, and by its owner alone", async () => {
      const metadata = { filename: "Été ' \" 夏.mp4", draft: null };
      const full = await opened({ ...COMPLETE, metadata });
      const blank = await opened({ size: null });
      expect(await found(full)).toStrictEqual(full);
      // tus returns Upload-Metadata as the client sent it.
      expect(Object.keys((await found(full))?.metadata ?? {})).toEqual(["filename", "draft"]);
      expect(await found(blank)).toStrictEqual(blank);
      expect(await found({ ...full, owner: "api-key:other" })).toBeNull();
      expect(await found({ ...full, uploadId: `${full.uploadId}x` })).toBeNull();
    });

    it("is never opened over another with the same id", async () => {
      const first = await opened();
      await expect(persistence.uploads.open({ ...first, owner: "api-key:other" })).rejects.toThrow();
      expect(await found(first)).toStrictEqual(first);
    });

    it("is listed among many of its owner, with whether a part was made of it", async () => {
      const { uploadId: used } = await usedUpload();
      const unused = await opened();
      const theirs = await opened({ owner: "api-key:other" });
      const missing = Array.from({ length: 300 }, secretId);
      const ids = [used, unused.uploadId, theirs.uploadId, ...missing, "' OR '1' = '1"];
      const listed = await persistence.uploads.findAll(ids, OWNER);
      expect(new Map(listed.map(({ uploadId, isUsed }) => [uploadId, isUsed]))).toEqual(
        new Map([
          [used, true],
          [unused.uploadId, false],
        ]),
      );
      expect(listed.find(({ uploadId }) => uploadId === unused.uploadId)).toStrictEqual({ ...unused, isUsed: false });
      expect(await persistence.uploads.findAll([], OWNER)).toEqual([]);
    });

    it("takes its size once, and none below its offset", async () => {
      const mine = await opened({ size: null });
      const declare = (size: number, owner = OWNER) =>
        persistence.uploads.declareSize({ uploadId: mine.uploadId, owner, size, ...AT });
      expect(
        await persistence.uploads.advance({ ...mine, from: 0, to: 60, ...AT, expiresAt: NOW + UPLOAD_LIFE_MS }),
      ).toBe(true);
      expect(await declare(100, "api-key:other")).toBe(false);
      expect(await declare(59)).toBe(false);
      expect(await declare(61)).toBe(true);
      expect(await declare(62)).toBe(false);
      expect(await found(mine)).toMatchObject({ size: 61, offset: 60, state: "OPEN" });
    });

    it("is complete when its size is declared as its offset", async () => {
      const mine = await opened({ size: null });
      await persistence.uploads.advance({ ...mine, from: 0, to: 60, ...AT, expiresAt: NOW + UPLOAD_LIFE_MS });
      expect(await persistence.uploads.declareSize({ ...mine, size: 60, ...AT })).toBe(true);
      expect(await found(mine)).toMatchObject({ size: 60, state: "COMPLETE" });
    });

    it("moves its offset and its expiry with each chunk, and is complete with the last", async () => {
      const mine = await opened();
      expect(
        await persistence.uploads.advance({
          ...mine,
          from: 0,
          to: 99,
          now: NOW + 5,
          firstAttemptAt: NOW,
          expiresAt: NOW + 77,
        }),
      ).toBe(true);
      const moved = { ...mine, offset: 99, expiresAt: NOW + 77 };
      expect(await found(mine)).toStrictEqual(moved);
      expect(
        await persistence.uploads.advance({
          ...mine,
          from: 99,
          to: 100,
          now: NOW + 6,
          firstAttemptAt: NOW,
          expiresAt: NOW + 88,
        }),
      ).toBe(true);
      expect(await found(mine)).toMatchObject({ ...COMPLETE, expiresAt: NOW + 88 });
    });

    it("does not move from another offset, beyond its size, for another owner or after its expiry", async () => {
      const mine = await opened({ offset: 40 });
      const from40 = { ...mine, from: 40, to: 50, ...AT, expiresAt: NOW + 99 };
      const wrong = [
        { ...from40, from: 39 },
        { ...from40, from: 41 },
        { ...from40, to: 101 },
        { ...from40, owner: "api-key:other" },
        { ...from40, now: mine.expiresAt },
        { ...from40, uploadId: secretId() },
      ];
      for (const input of wrong) expect(await persistence.uploads.advance(input)).toBe(false);
      expect(await found(mine)).toStrictEqual(mine);
    });

    it("moves once from an offset, however many chunks begin there at once", async () => {
      const mine = await opened({ size: null });
      const chunks = Array.from({ length: 20 }, (_, n) => ({
        ...mine,
        from: 0,
        to: n + 1,
        ...AT,
        expiresAt: NOW + 99,
      }));
      const outcomes = await Promise.all(chunks.map((chunk) => persistence.uploads.advance(chunk)));
      expect(outcomes.filter(Boolean)).toHaveLength(1);
      expect((await found(mine))!.offset).toBe(outcomes.indexOf(true) + 1);
    });

    it("makes one part, of whichever of 20 posts is saved first, and the others leave nothing", async () => {
      const mine = await opened(COMPLETE);
      const other = await savePost(persistence);
      const source = { kind: "upload", uploadId: mine.uploadId } as const;
      const twins = Array.from({ length: 20 }, (_, n): VideoPost => {
        const part = { ...onlyPart(other), id: `part-${n}`, source };
        return { ...other, id: `post-${n}`, version: 0, files: [part] };
      });
      const save = (post: VideoPost) => persistence.posts.save({ from: null, post, events: [], jobs: [] }, NOW);
      const outcomes = await Promise.all(twins.map(save));
      expect(outcomes.toSorted()).toEqual(["saved", ...Array(19).fill("upload-used")]);
      expect(await persistence.rows("video_post")).toHaveLength(2);
      expect(await persistence.rows("video_file_post")).toHaveLength(2);
      expect(await persistence.rows("video_post_revision")).toHaveLength(2);
    });

    it("of several parts is completed once as one object, by its owner and before its expiry", async () => {
      const mine = await opened({ multipartId: "r2", partSize: 60 });
      const complete = (more: Partial<Upload & { now: number }> = {}) =>
        persistence.uploads.completeObject({ ...mine, ...AT, expiresAt: NOW + 77, ...more });
      const chunked = await opened();
      expect(await complete({ uploadId: chunked.uploadId })).toBe(false);
      expect(await complete({ owner: "api-key:other" })).toBe(false);
      expect(await complete({ now: mine.expiresAt })).toBe(false);
      expect(await found(mine)).toStrictEqual(mine);
      const outcomes = await Promise.all([complete(), complete(), complete()]);
      expect(outcomes.filter(Boolean)).toHaveLength(1);
      expect(await found(mine)).toStrictEqual({ ...mine, ...COMPLETE, expiresAt: NOW + 77 });
    });

    it("accepts no chunk once its removal has started, and is deleted when the removal is finished", async () => {
      const mine = await opened();
      expect(await persistence.uploads.beginRemoval(mine.uploadId)).toMatchObject({ tempPath: mine.tempPath });
      expect(await persistence.uploads.advance({ ...mine, from: 0, to: 10, ...AT, expiresAt: NOW + 99 })).toBe(false);
      await persistence.uploads.finishRemoval(mine.uploadId);
      expect(await found(mine)).toBeNull();
      expect(await persistence.uploads.beginRemoval(mine.uploadId)).toBeNull();
    });

    it("is listed for the sweep at once after an interrupted removal, and can be removed again", async () => {
      const mine = await opened();
      await persistence.uploads.beginRemoval(mine.uploadId);
      expect(await persistence.uploads.listRemovable(NOW, 10)).toEqual([mine.uploadId]);
      expect(await persistence.uploads.beginRemoval(mine.uploadId)).toMatchObject({ uploadId: mine.uploadId });
    });

    it("is neither removed nor swept once it has a part, whatever its expiry", async () => {
      const mine = await usedUpload();
      const before = await dump(persistence);
      expect(await persistence.uploads.beginRemoval(mine.uploadId)).toBeNull();
      expect(await persistence.uploads.listRemovable(NOW + 100 * UPLOAD_LIFE_MS, 10)).toEqual([]);
      expect(await dump(persistence)).toStrictEqual(before);
    });

    it("is protected by its part from the moment of the save, also against a removal that runs at once", async () => {
      const mine = await opened(COMPLETE);
      const post = await savePost(persistence);
      const part = { ...onlyPart(post), source: { kind: "upload", uploadId: mine.uploadId } as const };
      const twin = { ...post, id: "twin", version: 0, files: [{ ...part, id: "part-of-twin" }] };
      const [outcome, removed] = await Promise.all([
        persistence.posts.save({ from: null, post: twin, events: [], jobs: [] }, NOW),
        persistence.uploads.beginRemoval(mine.uploadId),
      ]);
      expect(outcome).toBe("saved");
      // Whichever came first, from now on the part protects the upload.
      expect(await persistence.uploads.beginRemoval(mine.uploadId)).toBeNull();
      expect(await persistence.uploads.listRemovable(NOW + UPLOAD_LIFE_MS, 10)).toEqual([]);
      expect((await found(mine))!.expiresAt).toBe(removed === null ? mine.expiresAt : 0);
    });

    it("is swept some time after its expiry, complete or not, the oldest first", async () => {
      const expiry = { newest: NOW - 1, oldest: NOW - 9, middle: NOW - 5, later: NOW + 1 };
      const entries = Object.entries(expiry);
      for (const [uploadId, expiresAt] of entries) {
        await opened({ uploadId, expiresAt, ...(uploadId === "middle" ? COMPLETE : {}) });
      }
      expect(await persistence.uploads.listRemovable(NOW + UPLOAD_REMOVAL_DELAY_MS - 10, 10)).toEqual([]);
      const swept = await persistence.uploads.listRemovable(NOW + UPLOAD_REMOVAL_DELAY_MS, 10);
      expect(swept).toEqual(["oldest", "middle", "newest"]);
      expect(await persistence.uploads.listRemovable(NOW + UPLOAD_REMOVAL_DELAY_MS, 2)).toEqual(["oldest", "middle"]);
    });

    it("is dropped once its part plays in a published post or its post is deleted, also when it is gone already", async () => {
      const published = await usedUpload();
      await transcode(persistence);
      await encrypt(persistence);
      const unpublished = await usedUpload({ autoPublish: false });
      await transcode(persistence);
      await encrypt(persistence);
      const transcoded = await usedUpload();
      await transcode(persistence);
      const [deleted, waiting] = [await usedUpload(), await usedUpload()];
      await deleteVideoPost(persistence.posts, { videoPostId: deleted.post.id, seenVersion: null }, "tester", NOW);
      const gone = secretId();
      const needed = [unpublished, transcoded, waiting].map(({ uploadId }) => uploadId);
      const asked = [published.uploadId, deleted.uploadId, gone, ...needed];
      const dropped = await persistence.uploads.dropUnneeded(asked);
      expect(dropped.toSorted()).toEqual([published.uploadId, deleted.uploadId, gone].toSorted());
      const left = await persistence.uploads.findAll(asked, OWNER);
      expect(left.map(({ uploadId }) => uploadId).toSorted()).toEqual(needed.toSorted());
      expect(await persistence.uploads.dropUnneeded([])).toEqual([]);
    });

    it("gives a job its size, its prefix and the declared hash, for any owner", async () => {
      const sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
      const hashed = await opened({ metadata: { sha256: sha256.toUpperCase() }, maxDurationSeconds: 90.5 });
      const plain = await opened({ size: null });
      const { findForJob } = persistence.uploads;
      expect(await findForJob(hashed.uploadId)).toStrictEqual({
        ...{ size: 100, tempPath: hashed.tempPath, sha256, maxDurationSeconds: 90.5 },
      });
      expect(await findForJob(plain.uploadId)).toStrictEqual({
        ...{ size: null, tempPath: plain.tempPath, sha256: null, maxDurationSeconds: null },
      });
      expect(await findForJob(secretId())).toBeNull();
    });

    /** A complete upload and the post that a part was made of it for. */
    async function usedUpload(more: { autoPublish?: boolean } = {}): Promise<Upload & { readonly post: VideoPost }> {
      const post = await savePost(persistence, more);
      const { source } = onlyPart(post);
      if (source.kind !== "upload") throw new Error("the part was not made of an upload");
      const mine = await opened({ ...COMPLETE, uploadId: source.uploadId });
      return { ...mine, post: await reload(persistence, post.id) };
    }
  });
}
