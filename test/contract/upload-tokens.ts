import { beforeEach, describe, expect, it } from "vitest";
import { createPostOfUploadToken } from "../../shared/application/commands/create-post-of-upload-token.ts";
import { UPLOAD_LIFE_MS, UPLOAD_REMOVAL_DELAY_MS, type Upload } from "../../shared/domain/uploads/upload.ts";
import { type UploadToken, uploadTokenState } from "../../shared/domain/uploads/upload-token.ts";
import { secretId, uuidV7 } from "../../shared/lib/random-id.ts";
import { dump, type OpenPersistence, type TestPersistence } from "./persistence.ts";
import { NOW, vault } from "./steps.ts";

const OWNER = "api-key:site";
const EXPIRY = NOW + 60_000;

export function describeUploadTokens(name: string, open: OpenPersistence): void {
  describe(`${name}: an upload token`, () => {
    let persistence: TestPersistence;
    beforeEach(async () => {
      persistence = await open();
    });

    async function created(more: Partial<UploadToken> = {}): Promise<UploadToken> {
      const token: UploadToken = {
        ...{ tokenId: uuidV7(NOW), owner: OWNER, maxBytes: 1000, maxDurationSeconds: 90.5 },
        corsOrigin: "https://studio.example.com",
        postDefaults: {
          ...{ authorId: "author", title: "Été ' \" 夏", description: "", resourceType: "VIDEO", access: "POLICY" },
          ...{ autoPublish: false, metadata: { order: "42" }, passthrough: "abc" },
          interaction: { comments: true, liveComments: false },
        },
        expiresAt: EXPIRY,
        createdAt: NOW,
        ...{ revokedAt: null, uploadId: null, videoPostId: null, postCreatedAt: null, endedAt: null },
        ...more,
      };
      await persistence.uploadTokens.create(token);
      return token;
    }

    function uploadOf({ tokenId, owner, maxDurationSeconds }: UploadToken, more: Partial<Upload> = {}): Upload {
      const uploadId = secretId();
      return {
        ...{ uploadId, owner, size: 100, offset: 0, tempPath: `uploads/${uploadId}/`, state: "OPEN" },
        ...{ metadata: { filename: "夏.mp4" }, expiresAt: NOW + UPLOAD_LIFE_MS, createdAt: NOW },
        ...{ tokenId, maxDurationSeconds, multipartId: null, partSize: null },
        ...more,
      };
    }

    async function openUpload(token: UploadToken, now = NOW): Promise<{ opened: boolean; upload: Upload }> {
      const upload = uploadOf(token, { expiresAt: now + UPLOAD_LIFE_MS });
      return { opened: await persistence.uploadTokens.openUpload({ tokenId: token.tokenId, upload, now }), upload };
    }

    const found = (token: UploadToken) => persistence.uploadTokens.find(token.tokenId);
    const advance = (upload: Upload, from: number, to: number, now = NOW) =>
      persistence.uploads.advance({ ...upload, from, to, now, firstAttemptAt: now, expiresAt: now + UPLOAD_LIFE_MS });
    const reserve = ({ tokenId }: UploadToken) =>
      persistence.uploadTokens.reservePost({ tokenId, videoPostId: uuidV7(NOW) });

    async function completed(more: Partial<UploadToken> = {}) {
      const token = await created(more);
      const { upload } = await openUpload(token);
      expect(await advance(upload, 0, 100)).toBe(true);
      return { token, upload };
    }

    it("is found with every field as it was created, and is never created twice", async () => {
      const full = await created();
      const blank = await created({ maxDurationSeconds: null, corsOrigin: null });
      expect(await found(full)).toStrictEqual({ ...full, upload: null });
      expect(await found(blank)).toStrictEqual({ ...blank, upload: null });
      await expect(persistence.uploadTokens.create(full)).rejects.toThrow();
      expect(await persistence.uploadTokens.find(`${full.tokenId}x`)).toBeNull();
    });

    it("is listed by owner or for everybody, the newest first and page by page", async () => {
      const [first, second, other] = [await created(), await created(), await created({ owner: "api-key:other" })];
      const ids = async (owner: string | null, limit: number, after: string | null) =>
        (await persistence.uploadTokens.list({ owner, limit, after })).map(({ tokenId }) => tokenId);
      const mine = [first, second]
        .map(({ tokenId }) => tokenId)
        .toSorted()
        .reverse();
      expect(await ids(OWNER, 10, null)).toEqual(mine);
      expect(await ids(OWNER, 1, null)).toEqual(mine.slice(0, 1));
      expect(await ids(OWNER, 10, mine[0]!)).toEqual(mine.slice(1));
      expect(await ids(null, 10, null)).toEqual([...mine, other.tokenId].toSorted().reverse());
    });

    it("opens an upload with its limits, and shows it", async () => {
      const token = await created();
      const { opened, upload } = await openUpload(token);
      expect(opened).toBe(true);
      expect(await persistence.uploads.find(upload)).toStrictEqual(upload);
      const { size, offset, state, expiresAt, metadata } = upload;
      const shown = { ...token, uploadId: upload.uploadId, upload: { size, offset, state, expiresAt, metadata } };
      expect(await found(token)).toStrictEqual(shown);
    });

    it("replaces an upload without bytes, which takes no chunk from then on", async () => {
      const token = await created();
      const { upload: lost } = await openUpload(token);
      const { opened, upload } = await openUpload(token);
      expect(opened).toBe(true);
      expect(await advance(lost, 0, 100)).toBe(false);
      expect(await persistence.uploads.listRemovable(NOW, 10)).toEqual([lost.uploadId]);
      expect(await advance(upload, 0, 100)).toBe(true);
      expect((await found(token))!.uploadId).toBe(upload.uploadId);
    });

    it("replaces a bounded number of uploads without bytes, and the last one still takes a chunk", async () => {
      const token = await created();
      const opened: boolean[] = [];
      for (let n = 0; n < 25; n++) opened.push((await openUpload(token)).opened);
      expect(opened).toEqual(Array.from({ length: 25 }, (_, n) => n <= 20));
      const waiting = await persistence.uploads.listRemovable(NOW, 100);
      expect(waiting).toHaveLength(20);
      await persistence.uploads.finishRemoval(waiting[0]!);
      expect(await advance((await openUpload(token)).upload, 0, 100)).toBe(true);
    });

    it("opens no second upload once the first has bytes, and stores nothing", async () => {
      const token = await created();
      const { upload } = await openUpload(token);
      await advance(upload, 0, 1);
      const before = await dump(persistence);
      expect((await openUpload(token)).opened).toBe(false);
      expect(await dump(persistence)).toStrictEqual(before);
    });

    it("lets one of many uploads that are opened at once take bytes", async () => {
      for (let round = 0; round < 4; round++) {
        const token = await created();
        const opened = await Promise.all(Array.from({ length: 20 }, () => openUpload(token)));
        const chunks = await Promise.all(opened.map(({ upload }) => advance(upload, 0, 100)));
        expect(chunks.filter(Boolean)).toHaveLength(1);
        expect((await found(token))!.uploadId).toBe(opened[chunks.indexOf(true)]!.upload.uploadId);
        expect((await openUpload(token)).opened).toBe(false);
      }
    });

    it.each([
      ["expired", { expiresAt: NOW }],
      ["revoked", { revokedAt: NOW, endedAt: NOW }],
      ["ended", { endedAt: NOW }],
    ])("opens no upload once it is %s", async (_what, more) => {
      const token = await created(more);
      const before = await dump(persistence);
      expect((await openUpload(token)).opened).toBe(false);
      expect(await dump(persistence)).toStrictEqual(before);
    });

    it("keeps an upload without bytes alone once the token has expired", async () => {
      const token = await created();
      const { upload } = await openUpload(token);
      expect((await openUpload(token, EXPIRY)).opened).toBe(false);
      expect(await advance(upload, 0, 100, EXPIRY)).toBe(true);
    });

    it("opens another upload after one that was removed or has expired incomplete", async () => {
      const token = await created({ expiresAt: NOW + 10 * UPLOAD_LIFE_MS });
      const { upload: removed } = await openUpload(token);
      await advance(removed, 0, 50);
      await persistence.uploads.beginRemoval(removed.uploadId);
      await persistence.uploads.finishRemoval(removed.uploadId);
      const { opened, upload: expired } = await openUpload(token);
      expect(opened).toBe(true);
      await advance(expired, 0, 50);
      expect((await openUpload(token, NOW + UPLOAD_LIFE_MS)).opened).toBe(true);
    });

    it("reserves one post, only for a complete upload, and keeps the upload from then on", async () => {
      const open = await created();
      const { upload: partial } = await openUpload(open);
      await advance(partial, 0, 99);
      expect(await reserve(open)).toBeNull();
      const { token, upload } = await completed();
      const reserved = await Promise.all([reserve(token), reserve(token), reserve(token)]);
      expect(reserved[0]).not.toBeNull();
      expect(new Set(reserved).size).toBe(1);
      expect(await persistence.uploads.beginRemoval(upload.uploadId)).toBeNull();
      expect(await persistence.uploadTokens.revoke({ tokenId: token.tokenId, owner: null, now: NOW })).toEqual({
        kind: "has-post",
      });
      expect((await openUpload(token)).opened).toBe(false);
    });

    it("reserves no post for an upload whose removal has started", async () => {
      const { token, upload } = await completed();
      expect(await persistence.uploads.beginRemoval(upload.uploadId)).not.toBeNull();
      expect(await reserve(token)).toBeNull();
      expect(await persistence.uploadTokens.listCompleted(10)).toEqual([]);
    });

    it("reserves a post or loses its upload, where both are tried at once", async () => {
      const tokens: Awaited<ReturnType<typeof completed>>[] = [];
      for (let n = 0; n < 20; n++) tokens.push(await completed());
      const both = await Promise.all(
        tokens.map(({ token, upload }) =>
          Promise.all([reserve(token), persistence.uploads.beginRemoval(upload.uploadId)]),
        ),
      );
      expect(both.filter(([reserved, removed]) => (reserved === null) === (removed === null))).toEqual([]);
    });

    it("is listed while its upload is complete and its post is not created", async () => {
      const { token } = await completed();
      await openUpload(await created());
      expect(await persistence.uploadTokens.listCompleted(10)).toEqual([token.tokenId]);
      await reserve(token);
      expect(await persistence.uploadTokens.listCompleted(10)).toEqual([token.tokenId]);
      await persistence.uploadTokens.markPostCreated(token.tokenId, NOW + 1);
      expect(await persistence.uploadTokens.listCompleted(10)).toEqual([]);
      expect(await found(token)).toMatchObject({ postCreatedAt: NOW + 1, endedAt: NOW + 1 });
    });

    it("protects its complete upload from the sweep until its post is created, whatever the expiry", async () => {
      const { upload } = await completed();
      const late = NOW + UPLOAD_LIFE_MS + UPLOAD_REMOVAL_DELAY_MS;
      expect(await persistence.uploads.listRemovable(late, 10)).toEqual([]);
      const partial = await openUpload(await created());
      expect(await persistence.uploads.listRemovable(late, 10)).toEqual([partial.upload.uploadId]);
      expect(partial.upload.uploadId).not.toBe(upload.uploadId);
    });

    it("is revoked by its owner, with its upload, once and for all", async () => {
      const { token, upload } = await completed();
      const revoke = (owner: string | null, now = NOW) =>
        persistence.uploadTokens.revoke({ tokenId: token.tokenId, owner, now });
      expect(await revoke("api-key:other")).toEqual({ kind: "unknown" });
      expect((await found(token))!.revokedAt).toBeNull();
      expect(await revoke(OWNER)).toEqual({ kind: "revoked", uploadId: upload.uploadId });
      expect(await found(token)).toMatchObject({ revokedAt: NOW, endedAt: NOW });
      expect(await revoke(OWNER, NOW + 5)).toEqual({ kind: "revoked", uploadId: upload.uploadId });
      expect((await found(token))!.revokedAt).toBe(NOW);
      expect(await reserve(token)).toBeNull();
      expect(await persistence.uploads.listRemovable(NOW, 10)).toEqual([upload.uploadId]);
    });

    it("ends after its expiry, unless an upload is under way or complete", async () => {
      const waiting = await created();
      const uploading = await created();
      const { upload } = await openUpload(uploading);
      await completed();
      const later = await created({ expiresAt: EXPIRY + 1 });
      const end = (now: number) => persistence.uploadTokens.endExpired({ now, firstAttemptAt: now }, 10);
      expect(await end(EXPIRY - 1)).toEqual([]);
      expect(await end(EXPIRY)).toEqual([waiting.tokenId]);
      expect((await end(upload.expiresAt)).toSorted()).toEqual([uploading.tokenId, later.tokenId].toSorted());
    });

    it("is deleted some time after its end, and not before", async () => {
      const token = await created({ endedAt: NOW });
      const live = await created();
      expect(await persistence.uploadTokens.deleteEnded(NOW, 10)).toBe(0);
      expect(await persistence.uploadTokens.deleteEnded(NOW + 1, 10)).toBe(1);
      expect(await found(token)).toBeNull();
      expect(await found(live)).not.toBeNull();
    });

    it("makes exactly one post, however often and at once its creation runs", async () => {
      const { token, upload } = await completed();
      const { uploadTokens, posts } = persistence;
      const run = () => createPostOfUploadToken({ uploadTokens, posts, vault }, token.tokenId, NOW).catch(() => null);
      const first = await Promise.all([run(), run(), run()]);
      const videoPostId = await run();
      expect(videoPostId).not.toBeNull();
      expect(new Set(first.filter((id) => id !== null))).toEqual(new Set([videoPostId]));
      expect(await persistence.rows("video_post")).toHaveLength(1);
      const post = (await posts.load(videoPostId!))!;
      expect(post).toMatchObject({
        authorId: "author",
        metadata: { order: "42" },
        passthrough: "abc",
        title: "Été ' \" 夏",
        status: "TRANSCODING",
      });
      expect(post.files[0]).toMatchObject({
        ...{ source: { kind: "upload", uploadId: upload.uploadId }, fileName: "夏.mp4", fileSize: 100 },
      });
      expect(uploadTokenState((await found(token))!, NOW)).toBe("POST_CREATED");
    });

    it("makes its post after a creation that stopped behind any of its steps", async () => {
      const { uploadTokens, posts } = persistence;
      const fails = () => Promise.reject(new Error("stopped"));
      const stopping = [
        { uploadTokens, posts: { ...posts, save: fails } },
        { uploadTokens: { ...uploadTokens, markPostCreated: fails }, posts },
      ];
      for (const deps of stopping) {
        const { token } = await completed();
        await expect(createPostOfUploadToken({ ...deps, vault }, token.tokenId, NOW)).rejects.toThrow("stopped");
        expect(uploadTokenState((await found(token))!, NOW)).toBe("UPLOADING");
        const made = await createPostOfUploadToken({ uploadTokens, posts, vault }, token.tokenId, NOW + 1);
        expect(await posts.load(made!)).not.toBeNull();
      }
      expect(await persistence.rows("video_post")).toHaveLength(2);
      expect(await persistence.rows("video_file_post")).toHaveLength(2);
    });
  });
}
