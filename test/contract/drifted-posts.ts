import { beforeEach, describe, expect, it } from "vitest";
import { refreshPost } from "../../shared/domain/job-outcomes/recovery.ts";
import { VIDEO_POST_STATUSES, type VideoPost } from "../../shared/domain/post/video-post.ts";
import { secretId } from "../../shared/lib/random-id.ts";
import type { OpenPersistence, TestPersistence } from "./persistence.ts";
import { NOW, onlyPart, publishPost } from "./steps.ts";

const TRANSFERS = ["TRANSCODING", "SUCCESS", "FAILED", "CANCELLED", "IMPORTED"] as const;
const ENCRYPTIONS = ["UNENCRYPTED", "ENCRYPTING", "ENCRYPTED", "FAILED", "CANCELLED"] as const;

/** Four, so that each meets each of the five states of a transcode and of an encryption. */
const REVIEWS: readonly Pick<VideoPost, "audit" | "publishedAt" | "autoPublish">[] = [
  { audit: null, publishedAt: null, autoPublish: false },
  { audit: null, publishedAt: null, autoPublish: true },
  { audit: { result: "PASSED", reason: null, by: "reviewer", at: NOW }, publishedAt: NOW, autoPublish: false },
  { audit: { result: "REJECTED", reason: null, by: "reviewer", at: NOW }, publishedAt: null, autoPublish: true },
];

export function describeDriftedPosts(name: string, open: OpenPersistence): void {
  describe(`${name}: the query for posts to correct`, () => {
    let persistence: TestPersistence;
    beforeEach(async () => {
      persistence = await open();
    });

    const insert = (post: VideoPost) => persistence.posts.save({ from: null, post, events: [], jobs: [] }, NOW);
    const drifted = (limit = 1000) => persistence.pending.listDriftedVideoPosts(limit);

    /** The published post again, under another id, not reviewed, and in another state. */
    function twin(post: VideoPost, id: string, more: Partial<VideoPost>, part: Partial<VideoPost["files"][number]>) {
      const source = { kind: "upload", uploadId: secretId() } as const;
      const file = { ...onlyPart(post), ...part, source, id: `part-of-${id}`, keys: [], singleKey: null };
      const unreviewed = { audit: null, publishedAt: null, autoPublish: false };
      return { ...post, ...unreviewed, files: [file], ...more, id, version: 0 };
    }

    it("finds exactly the unsettled posts whose status the domain would change", async () => {
      const published = await publishPost(persistence);
      const statuses = VIDEO_POST_STATUSES.filter((status) => status !== "DELETED");
      const parts = TRANSFERS.flatMap((transferResult) =>
        ENCRYPTIONS.map((encryptStatus) => ({ transferResult, encryptStatus })),
      );
      // Two of the seven statuses for each state of a part.
      const states = [0, 3].flatMap((shift) =>
        parts.map((part, n) => ({ ...part, status: statuses[(n + shift) % statuses.length]! })),
      );
      const posts = states.map(({ status, ...part }, n) =>
        twin(published, `post-${1000 + n}`, { status, ...REVIEWS[n % REVIEWS.length] }, part),
      );
      for (let n = 0; n < posts.length; n += 25) await Promise.all(posts.slice(n, n + 25).map(insert));
      const isUnsettled = ({ status, files: [file] }: VideoPost) =>
        !/^(?:PUBLISHED|REJECTED)$/.test(status) ||
        (file!.encryptStatus !== "ENCRYPTED" && file!.transferResult !== "IMPORTED");
      const expected = posts.filter((post) => isUnsettled(post) && refreshPost(post, NOW).kind === "changed");
      expect(await drifted()).toEqual(expected.map(({ id }) => id));
      expect(expected.length).toBeGreaterThan(15);
      expect(expected.length).toBeLessThan(states.length - 5);
    });

    it("finds a wrong duration, a publication without its time and an empty post, and no deleted post", async () => {
      const published = await publishPost(persistence);
      const waiting = { encryptStatus: "UNENCRYPTED" } as const;
      await insert(twin(published, "duration", { status: "TRANSCODING", durationSeconds: 17 }, waiting));
      await insert(twin(published, "right", { status: "TRANSCODING" }, waiting));
      await insert({ ...twin(published, "empty", { status: "TRANSCODING", durationSeconds: 0 }, {}), files: [] });
      await insert(twin(published, "published", { audit: published.audit, status: "PUBLISHED" }, {}));
      await insert(twin(published, "deleted", { status: "DELETED", deletedAt: NOW }, { encryptStatus: "FAILED" }));
      expect(await drifted()).toEqual(["duration", "empty", "published"]);
      expect(await drifted(1)).toEqual(["duration"]);
    });
  });
}
