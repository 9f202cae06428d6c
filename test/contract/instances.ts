import { beforeEach, describe, expect, it } from "vitest";
import type { Persistence } from "../../shared/application/persistence.ts";
import type { VideoPost } from "../../shared/domain/post/video-post.ts";
import { UPLOAD_LIFE_MS } from "../../shared/domain/uploads/upload.ts";
import { secretId } from "../../shared/lib/random-id.ts";
import type { OpenPersistence, TestPersistence } from "./persistence.ts";
import { claim, LEASE_MS, NOW, onlyPart, reload, savePost } from "./steps.ts";

/** An adapter holds nothing between calls: any instance may carry on what another one started. */
export function describeInstances(name: string, open: OpenPersistence): void {
  describe(`${name}: two instances over one database`, () => {
    let first: TestPersistence;
    let second: Persistence;
    beforeEach(async () => {
      first = await open();
      second = first.again();
    });

    it("read each other's writes at once, and refuse each other's stale saves", async () => {
      const post = await savePost(first);
      const edit = (title: string) => ({ from: post, post: { ...post, title }, events: [], jobs: [] });
      expect(await second.posts.save(edit("second"), NOW)).toBe("saved");
      expect((await first.posts.load(post.id))!.title).toBe("second");
      expect(await first.posts.save(edit("first"), NOW)).toBe("conflict");
    });

    it("share leases and offsets", async () => {
      await savePost(first);
      const { job, leaseToken } = await claim(first);
      const progress = { stage: "ENCODING", percent: 1 } as const;
      const lease = { jobId: job.jobId, leaseToken, now: NOW };
      const beat = { ...lease, leaseMs: LEASE_MS, stage: progress.stage, progress };
      expect(await second.jobs.heartbeat(beat)).toBe("held");
      expect(await second.jobs.release(lease)).toBe(true);
      expect(await first.jobs.heartbeat(beat)).toBe("lease-lost");

      const upload = { uploadId: secretId(), owner: "editor" };
      const blank = {
        size: 10,
        offset: 0,
        tempPath: `uploads/${upload.uploadId}/`,
        state: "OPEN",
        metadata: {},
        tokenId: null,
        maxDurationSeconds: null,
        ...{ multipartId: null, partSize: null },
      } as const;
      await first.uploads.open({ ...upload, ...blank, expiresAt: NOW + UPLOAD_LIFE_MS, createdAt: NOW });
      expect(
        await second.uploads.advance({
          ...upload,
          from: 0,
          to: 5,
          now: NOW,
          firstAttemptAt: NOW,
          expiresAt: NOW + UPLOAD_LIFE_MS,
        }),
      ).toBe(true);
      expect(
        await first.uploads.advance({
          ...upload,
          from: 0,
          to: 5,
          now: NOW,
          firstAttemptAt: NOW,
          expiresAt: NOW + UPLOAD_LIFE_MS,
        }),
      ).toBe(false);
    });

    it("load a post whole while the other one saves it: never parts of two versions", async () => {
      const { id } = await savePost(first);
      const torn: string[] = [];
      let writing = true;
      const write = async () => {
        for (let n = 0; n < 20; n++) {
          const from = await reload(first, id);
          const part = { ...onlyPart(from), warnings: [`edit ${n}`] };
          const post = { ...from, title: `edit ${n}`, files: [part] };
          expect(await first.posts.save({ from, post, events: [], jobs: [] }, NOW)).toBe("saved");
        }
        writing = false;
      };
      const note = (post: VideoPost) => {
        const [warning = "A film"] = onlyPart(post).warnings;
        if (warning !== post.title) torn.push(`${post.title} with ${warning}`);
      };
      const read = async () => {
        while (writing) note(await reload(second, id));
      };
      const readSlowly = async () => {
        while (writing) note(await reload(first.slow(), id));
      };
      await Promise.all([write(), read(), read(), readSlowly()]);
      expect(torn).toEqual([]);
    });
  });
}
