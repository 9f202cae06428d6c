import { beforeEach, describe, expect, it } from "vitest";
import { replacePart } from "../../shared/application/commands/edit-parts.ts";
import { deleteVideoPost, updateVideoPost } from "../../shared/application/commands/edit-video-post.ts";
import { failForGood } from "../../shared/application/commands/fail-job.ts";
import { auditVideoPost } from "../../shared/application/commands/review-video-post.ts";
import { secretId } from "../../shared/lib/random-id.ts";
import type { OpenPersistence, TestPersistence } from "./persistence.ts";
import { claim, NOW, publishPost, savePost, vault } from "./steps.ts";

export function describePostHistory(name: string, open: OpenPersistence): void {
  describe(`${name}: the history of a post`, () => {
    let persistence: TestPersistence;
    beforeEach(async () => {
      persistence = await open();
    });

    const page = (videoPostId: string, before: number | null = null, limit = 50) =>
      persistence.postHistory.page({ videoPostId, before, limit });

    it("names the part of a replacement whose job has failed", async () => {
      const { id } = await publishPost(persistence);
      const edited = { videoPostId: id, fileIndex: 0, seenVersion: null, editor: "editor" };
      const source = { kind: "upload", uploadId: secretId() } as const;
      const part = { source, fileName: "new.mp4", fileSize: 1, durationSeconds: null };
      await replacePart({ posts: persistence.posts, vault, rule: "keep" }, edited, part, NOW);
      const { job, leaseToken } = await claim(persistence);
      const fence = { kind: "lease", jobId: job.jobId, leaseToken } as const;
      await failForGood(persistence, job, fence, { code: "no-video-or-audio", reason: "no picture" }, NOW);
      const [failed] = await page(id);
      expect(failed!.change).toMatchObject({ action: "job.transcode", fileIndex: 0, result: "FAILED" });
    });

    it("has who, when, what, result and reason of every save, the newest first, also after a deletion", async () => {
      const { posts } = persistence;
      const { id } = await publishPost(persistence);
      const seen = { videoPostId: id, seenVersion: null };
      await updateVideoPost(
        posts,
        seen,
        { title: "New", description: undefined, passthrough: null },
        "editor",
        NOW + 1,
      );
      await auditVideoPost(posts, seen, { result: "REJECTED", reason: "too loud", by: "reviewer" }, NOW + 2);
      await deleteVideoPost(posts, { videoPostId: id, seenVersion: null }, "editor", NOW + 3);
      const [deleted, rejected, edited, encrypted, staged, transcoded, created, ...others] = await page(id);
      expect(others).toEqual([]);
      const nothing = { fileIndex: null, result: null, reason: null, fields: [] };
      expect(deleted).toEqual({
        ...{ version: 7, at: NOW + 3, actor: "editor" },
        change: { ...nothing, action: "post.delete", status: "DELETED" },
      });
      expect(rejected).toEqual({
        ...{ version: 6, at: NOW + 2, actor: "reviewer" },
        change: { ...nothing, action: "post.audit", result: "REJECTED", reason: "too loud", status: "REJECTED" },
      });
      expect(edited!.change).toEqual({
        ...nothing,
        ...{ action: "post.update", fields: ["title", "passthrough"], status: "PUBLISHED" },
      });
      const part = { ...nothing, fileIndex: 0 };
      expect(encrypted).toMatchObject({
        actor: expect.stringMatching(/^job:[0-9a-f-]{36}$/),
        change: { ...part, action: "job.encrypt", result: "SUCCESS", status: "PUBLISHED" },
      });
      expect(staged!.change).toEqual({ ...part, action: "keys.generate", status: "TRANSCODING" });
      expect(transcoded!.change).toEqual({
        ...part,
        action: "job.transcode",
        result: "SUCCESS",
        status: "TRANSCODING",
      });
      // The steps of these suites save without a trace, as earlier releases did.
      expect(created).toEqual({ version: 1, at: NOW, actor: null, change: null });
    });

    it("comes in pages behind a version, and has nothing of another post or of none", async () => {
      const { id } = await savePost(persistence);
      await savePost(persistence);
      const seen = { videoPostId: id, seenVersion: null };
      for (let n = 1; n <= 4; n++) await updateVideoPost(persistence.posts, seen, { title: `${n}` }, "editor", NOW + n);
      const versions = async (before: number | null, limit: number) =>
        (await page(id, before, limit)).map(({ version }) => version);
      expect(await versions(null, 2)).toEqual([5, 4]);
      expect(await versions(4, 2)).toEqual([3, 2]);
      expect(await versions(2, 2)).toEqual([1]);
      expect(await versions(1, 2)).toEqual([]);
      expect(await page("nobody")).toEqual([]);
    });
  });
}
