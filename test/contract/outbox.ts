import { beforeEach, describe, expect, it } from "vitest";
import type { NewEvent } from "../../shared/domain/events/domain-event.ts";
import type { VideoPost } from "../../shared/domain/post/video-post.ts";
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

    const WAITS = { firstWaitMs: 1000, longestWaitMs: 4000 };

    /** What a dispatcher takes `later` ms after NOW + 1. */
    const take = (later = 0, most: { first?: number; again?: number } = {}, outbox = persistence.outbox) =>
      outbox.takeDue({ first: 100, again: 100, ...most, ...WAITS, now: NOW + 1 + later });

    async function reasons(...asked: Parameters<typeof take>): Promise<string[]> {
      const saves = await take(...asked);
      return saves.flatMap(({ events }) => events.map((event) => ("reason" in event ? event.reason : event.type)));
    }

    it("holds the events of a save as they were, in their order, and no save without events", async () => {
      const post = await savePost(persistence);
      const events: NewEvent[] = [
        rejected("“quoted”, '; -- and \""),
        { type: "VideoPostDeleted", prefixes: ["a-film/job/c1/"], uploadIds: ["one", "two"] },
        { type: "PlayedVersionReplaced", prefix: "a-film/job/enc/k1-c1/", keysEnd: NOW + 1 },
      ];
      expect(await take()).toEqual([]);
      await save(post, events);
      const identified = events.map((event, index) => ({
        ...{ id: `${post.id}.2.${index}`, videoPostId: post.id, version: 2, at: NOW },
        ...event,
      }));
      expect(await take()).toStrictEqual([{ videoPostId: post.id, version: 2, events: identified }]);
    });

    it("hands out the oldest first, and those of one post in the order of its saves within a millisecond", async () => {
      const [first, second] = [await savePost(persistence), await savePost(persistence)];
      await say(second.id, "late", NOW + 1);
      for (let n = 0; n < 12; n++) await say(first.id, `early ${n}`, NOW);
      expect(await reasons(0, { first: 3 })).toEqual(["early 0", "early 1", "early 2"]);
      expect(await reasons()).toEqual([...Array.from({ length: 9 }, (_, n) => `early ${n + 3}`), "late"]);
    });

    it("hands out a save again until it is marked, each time after a longer wait up to the longest", async () => {
      const post = await savePost(persistence);
      await say(post.id, "kept");
      await say(post.id, "marked");
      expect(await reasons()).toEqual(["kept", "marked"]);
      await persistence.outbox.markDispatched({ videoPostId: post.id, version: 3 }, NOW);
      // A dispatcher that stopped before its mark: a later one repeats the effects.
      let at = 0;
      for (const wait of [1000, 2000, 4000, 4000]) {
        expect(await reasons(at + wait - 1)).toEqual([]);
        at += wait;
        expect(await reasons(at)).toEqual(["kept"]);
      }
      await persistence.outbox.markDispatched({ videoPostId: post.id, version: 2 }, NOW);
      expect(await reasons(at + 60_000)).toEqual([]);
    });

    it("keeps saves that wait for another attempt apart from those that wait for their first", async () => {
      const post = await savePost(persistence);
      for (let n = 0; n < 5; n++) await say(post.id, `failing ${n}`);
      await take();
      await say(post.id, "fresh");
      expect(await reasons(10_000, { first: 1, again: 2 })).toEqual(["failing 0", "failing 1", "fresh"]);
      expect(await reasons(10_000, { first: 1, again: 10 })).toEqual(["failing 2", "failing 3", "failing 4"]);
    });

    it("hands a save to one of the dispatchers that ask at the same time", async () => {
      const post = await savePost(persistence);
      for (let n = 0; n < 10; n++) await say(post.id, `event ${n}`);
      const dispatchers = Array.from({ length: 4 }, () => persistence.slow().outbox);
      const taken = await Promise.all(dispatchers.map((outbox) => reasons(0, { first: 4 }, outbox)));
      expect(taken.flat().toSorted()).toEqual(Array.from({ length: 10 }, (_, n) => `event ${n}`));
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
