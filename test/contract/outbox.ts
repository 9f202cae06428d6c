import { beforeEach, describe, expect, it } from "vitest";
import type { NewEvent } from "../../shared/domain/domain-event.ts";
import type { VideoPost } from "../../shared/domain/video-post.ts";
import { uuidV7 } from "../../shared/lib/random-id.ts";
import type { OpenPersistence, TestPersistence } from "./persistence.ts";
import { claim, fenceOf, NOW, reload, savePost } from "./steps.ts";

const rejected = (reason: string): NewEvent => ({ type: "VideoAuditRejected", auditedBy: "reviewer", reason });

export function describeOutbox(name: string, open: OpenPersistence): void {
  describe(`${name}: the outbox`, () => {
    let persistence: TestPersistence;
    beforeEach(async () => {
      persistence = await open();
    });

    const save = (post: VideoPost, events: readonly NewEvent[], now = NOW) =>
      persistence.posts.save({ from: post, post, events, jobs: [] }, now);

    /** A save of the post's newest version, with one event. */
    async function say(videoPostId: string, reason: string, now = NOW): Promise<void> {
      expect(await save(await reload(persistence, videoPostId), [rejected(reason)], now)).toBe("saved");
    }

    async function reasons(limit = 100): Promise<string[]> {
      const saves = await persistence.outbox.listUndispatched(limit);
      return saves.flatMap(({ events }) => events.map((event) => ("reason" in event ? event.reason : event.type)));
    }

    it("holds the events of a save as they were, in their order, and no save without events", async () => {
      const post = await savePost(persistence);
      const events: NewEvent[] = [
        rejected("“quoted”, '; -- and \""),
        { type: "VideoPostDeleted", prefixes: ["a-film/job/c1/"], uploadIds: ["one", "two"] },
        { type: "PlayedVersionReplaced", prefix: "a-film/job/enc/k1-c1/", keysEnd: NOW + 1 },
      ];
      expect(await persistence.outbox.listUndispatched(10)).toEqual([]);
      await save(post, events);
      const identified = events.map((event, index) => ({
        ...{ id: `${post.id}.2.${index}`, videoPostId: post.id, at: NOW },
        ...event,
      }));
      expect(await persistence.outbox.listUndispatched(10)).toStrictEqual([
        { videoPostId: post.id, version: 2, events: identified },
      ]);
    });

    it("lists the oldest first, and those of one post in the order of its saves within a millisecond", async () => {
      const [first, second] = [await savePost(persistence), await savePost(persistence)];
      await say(second.id, "late", NOW + 1);
      for (let n = 0; n < 12; n++) await say(first.id, `early ${n}`, NOW);
      expect(await reasons()).toEqual([...Array.from({ length: 12 }, (_, n) => `early ${n}`), "late"]);
      expect(await reasons(3)).toEqual(["early 0", "early 1", "early 2"]);
    });

    it("lists a save again until it is marked, and never after that", async () => {
      const post = await savePost(persistence);
      await say(post.id, "first");
      await say(post.id, "second");
      // A dispatcher that stopped before its mark: the next one repeats the effects.
      expect(await reasons()).toEqual(["first", "second"]);
      expect(await reasons()).toEqual(["first", "second"]);
      await persistence.outbox.markDispatched({ videoPostId: post.id, version: 2 }, NOW);
      expect(await reasons()).toEqual(["second"]);
      await persistence.outbox.markDispatched({ videoPostId: post.id, version: 3 }, NOW);
      expect(await reasons()).toEqual([]);
    });

    it("takes the same mark from two dispatchers, and keeps the time of the first", async () => {
      const post = await savePost(persistence);
      await say(post.id, "once");
      const mark = (now: number) => persistence.outbox.markDispatched({ videoPostId: post.id, version: 2 }, now);
      await mark(NOW + 1);
      await mark(NOW + 2);
      const revisions = await persistence.rows("video_post_revision");
      expect(revisions.map(({ version, dispatched_at }) => [version, dispatched_at])).toEqual([
        [1, NOW],
        [2, NOW + 1],
      ]);
    });

    it("marks nothing where there is no such save", async () => {
      const post = await savePost(persistence);
      await say(post.id, "kept");
      await persistence.outbox.markDispatched({ videoPostId: post.id, version: 7 }, NOW);
      await persistence.outbox.markDispatched({ videoPostId: uuidV7(NOW), version: 2 }, NOW);
      expect(await reasons()).toEqual(["kept"]);
    });

    it("holds nothing of a save that was refused", async () => {
      const post = await savePost(persistence);
      await say(post.id, "winner");
      expect(await save(post, [rejected("loser")])).toBe("conflict");
      const claimed = await claim(persistence);
      const lost = { ...fenceOf(claimed), leaseToken: "of-another-holder-000000" };
      const current = await reload(persistence, post.id);
      const options = { fence: lost, jobEnd: { kind: "keep" } } as const;
      const change = { from: current, post: current, events: [rejected("unfenced")], jobs: [] };
      expect(await persistence.posts.save(change, NOW, options)).toBe("lease-lost");
      await expect(persistence.postsWith("not-carried-out").save(change, NOW)).rejects.toThrow();
      expect(await reasons()).toEqual(["winner"]);
    });

    it("holds the events of a save once when its response was lost", async () => {
      const post = await savePost(persistence);
      const change = { from: post, post, events: [rejected("heard once")], jobs: [] };
      expect(await persistence.postsWith("reply-lost").save(change, NOW)).toBe("saved");
      expect(await reasons()).toEqual(["heard once"]);
    });
  });
}
