import { beforeEach, describe, expect, it } from "vitest";
import { refreshPost } from "../../shared/domain/recovery.ts";
import { VIDEO_POST_STATUSES, type VideoPost } from "../../shared/domain/video-post.ts";
import { secretId } from "../../shared/lib/random-id.ts";
import type { OpenPersistence, TestPersistence } from "./persistence.ts";
import { NOW, onlyPart, publishPost, reload } from "./steps.ts";

const TRANSFERS = ["TRANSCODING", "SUCCESS", "FAILED", "CANCELLED", "IMPORTED"] as const;
const ENCRYPTIONS = ["UNENCRYPTED", "ENCRYPTING", "ENCRYPTED", "FAILED", "CANCELLED"] as const;

export function describeDriftedPosts(name: string, open: OpenPersistence): void {
  describe(`${name}: the query for posts to correct`, () => {
    let persistence: TestPersistence;
    beforeEach(async () => {
      persistence = await open();
    });

    const insert = (post: VideoPost) => persistence.posts.save({ from: null, post, events: [], jobs: [] }, NOW);
    const drifted = (limit = 1000) => persistence.pending.listDriftedVideoPosts(limit);

    /** The published post again, under another id and in another state. */
    function twin(post: VideoPost, id: string, more: Partial<VideoPost>, part: Partial<VideoPost["files"][number]>) {
      const source = { kind: "upload", uploadId: secretId() } as const;
      const file = { ...onlyPart(post), ...part, source, id: `part-of-${id}`, keys: [], singleKey: null };
      return { ...post, files: [file], ...more, id, version: 0 };
    }

    it("finds exactly the unsettled posts whose status the domain would change", async () => {
      const published = await publishPost(persistence);
      const statuses = VIDEO_POST_STATUSES.filter((status) => status !== "DELETED");
      const states = statuses.flatMap((status) =>
        TRANSFERS.flatMap((transferResult) =>
          ENCRYPTIONS.map((encryptStatus) => ({ status, transferResult, encryptStatus })),
        ),
      );
      const posts = states.map(({ status, ...part }, n) => twin(published, `post-${1000 + n}`, { status }, part));
      for (let n = 0; n < posts.length; n += 25) await Promise.all(posts.slice(n, n + 25).map(insert));
      const stored = await Promise.all(posts.map(({ id }) => reload(persistence, id)));
      const isUnsettled = ({ status, files: [file] }: VideoPost) =>
        !/^(?:PUBLISHED|REJECTED)$/.test(status) ||
        (file!.encryptStatus !== "ENCRYPTED" && file!.transferResult !== "IMPORTED");
      const expected = stored.filter((post) => isUnsettled(post) && refreshPost(post, NOW).kind === "changed");
      expect(await drifted()).toEqual(expected.map(({ id }) => id));
      expect(expected.length).toBeGreaterThan(50);
      expect(expected.length).toBeLessThan(states.length - 20);
    });

    it("finds a wrong duration, an empty post that is not a draft, and no deleted post", async () => {
      const published = await publishPost(persistence);
      const waiting = { encryptStatus: "UNENCRYPTED" } as const;
      await insert(twin(published, "duration", { status: "TRANSCODING", durationSeconds: 17 }, waiting));
      await insert(twin(published, "right", { status: "TRANSCODING" }, waiting));
      await insert({ ...published, id: "empty", version: 0, status: "TRANSCODING", files: [], durationSeconds: 0 });
      await insert(twin(published, "deleted", { status: "DELETED", deletedAt: NOW }, { encryptStatus: "FAILED" }));
      expect(await drifted()).toEqual(["duration", "empty"]);
      expect(await drifted(1)).toEqual(["duration"]);
    });
  });
}
