import { beforeEach, describe, expect, it } from "vitest";
import { deleteVideoPost } from "../../shared/application/commands/edit-video-post.ts";
import type { LedgerEntry } from "../../shared/application/ports/author-ledger.ts";
import { uuidV7 } from "../../shared/lib/random-id.ts";
import type { OpenPersistence, TestPersistence } from "./persistence.ts";
import { barePost } from "./sample-posts.ts";
import { NOW } from "./steps.ts";

export function describeAuthorLedger(name: string, open: OpenPersistence): void {
  describe(`${name}: the rewards of authors`, () => {
    let persistence: TestPersistence;
    let authorId: string;
    beforeEach(async () => {
      persistence = await open();
      // Rows of other tests stay, so every test has a separate author.
      authorId = `author:${crypto.randomUUID()}`;
    });

    async function savedPost(): Promise<string> {
      const post = { ...barePost, id: uuidV7(NOW), authorId, version: 0, files: [] };
      expect(await persistence.posts.save({ from: null, post, events: [], jobs: [] }, NOW)).toBe("saved");
      return post.id;
    }

    const reward = (videoPostId: string, amount = 50, at = NOW) =>
      persistence.ledger.reward({ videoPostId, amount, at });
    const remove = (videoPostId: string) =>
      deleteVideoPost(persistence.posts, { videoPostId: videoPostId, seenVersion: null }, "tester", NOW + 9);
    const page = (after: number | null = null, limit = 100) => persistence.ledger.page({ authorId, after, limit });
    const withoutSequence = ({ sequence: _, ...entry }: LedgerEntry) => entry;

    it("are given once for a post, whatever the number of events, and by the first amount", async () => {
      const videoPostId = await savedPost();
      await Promise.all([reward(videoPostId), reward(videoPostId), reward(videoPostId)]);
      await reward(videoPostId, 80, NOW + 1);
      const { entries, balance } = await page();
      expect(entries.map(withoutSequence)).toStrictEqual([{ videoPostId, direction: "REWARD", amount: 50, at: NOW }]);
      expect(balance).toBe(50);
    });

    it("are reversed once by the deletion of the post, and only if there is a reward", async () => {
      const [rewarded, other] = [await savedPost(), await savedPost()];
      await reward(rewarded, 70);
      for (const id of [rewarded, other]) {
        await persistence.ledger.reverse(id);
        expect((await page()).balance).toBe(70);
        await remove(id);
      }
      for (const id of [rewarded, other, rewarded]) await persistence.ledger.reverse(id);
      const { entries, balance } = await page();
      expect(entries.map(withoutSequence)).toStrictEqual([
        { videoPostId: rewarded, direction: "REVERSAL", amount: 70, at: NOW + 9 },
        { videoPostId: rewarded, direction: "REWARD", amount: 70, at: NOW },
      ]);
      expect(balance).toBe(0);
    });

    it("end the same when the deletion is handled before the review", async () => {
      const videoPostId = await savedPost();
      await remove(videoPostId);
      await persistence.ledger.reverse(videoPostId);
      await reward(videoPostId);
      await reward(videoPostId);
      const { entries, balance } = await page();
      expect(entries.map(({ direction }) => direction)).toEqual(["REVERSAL", "REWARD"]);
      expect(balance).toBe(0);
    });

    it("end the same for many posts whose deletion meets the review", async () => {
      const ids: string[] = [];
      for (let n = 0; n < 24; n++) ids.push(await savedPost());
      const reviewed = async (id: string, n: number) => {
        for (let k = 0; k < n % 8; k++) await page(null, 1);
        await reward(id);
      };
      const deleted = async (id: string) => {
        await remove(id);
        await persistence.ledger.reverse(id);
      };
      await Promise.all(ids.flatMap((id, n) => [deleted(id), reviewed(id, n)]));
      const { entries, balance } = await page();
      expect([entries.length, balance]).toEqual([48, 0]);
    });

    it("are listed by pages, the newest first, with the balance of all pages", async () => {
      const ids: string[] = [];
      for (let n = 1; n <= 5; n++) {
        ids.unshift(await savedPost());
        await reward(ids[0]!, n);
      }
      const first = await page(null, 2);
      expect(first.entries.map(({ videoPostId }) => videoPostId)).toEqual(ids.slice(0, 2));
      const rest = await page(first.entries.at(-1)!.sequence, 10);
      expect(rest.entries.map(({ videoPostId }) => videoPostId)).toEqual(ids.slice(2));
      expect([first.balance, rest.balance]).toEqual([15, 15]);
      const nobody = { authorId: "nobody", after: null, limit: 10 };
      expect(await persistence.ledger.page(nobody)).toStrictEqual({ entries: [], balance: 0 });
    });

    it("are given for no post that does not exist", async () => {
      await reward(uuidV7(NOW));
      expect((await page()).entries).toEqual([]);
    });

    it.each([
      ["an amount", "UPDATE author_reward SET amount = 1000000 WHERE author_id = ?"],
      ["an author", "UPDATE author_reward SET author_id = 'thief' WHERE author_id = ?"],
      ["a deletion", "DELETE FROM author_reward WHERE author_id = ?"],
    ])("refuse a statement that changes %s", async (_, statement) => {
      await reward(await savedPost());
      const before = await page();
      await expect(persistence.execute(statement.replace("?", `'${authorId}'`))).rejects.toThrow(/append-only/);
      expect(await page()).toStrictEqual(before);
    });

    it("refuse to be removed all at once", async () => {
      await reward(await savedPost());
      const before = await page();
      const empty = { sqlite: "DELETE FROM author_reward", postgres: "TRUNCATE author_reward" }[persistence.dialect];
      await expect(persistence.execute(empty)).rejects.toThrow(/append-only/);
      expect(await page()).toStrictEqual(before);
    });

    it("stay as they are when the same row is written again", async () => {
      const videoPostId = await savedPost();
      await reward(videoPostId);
      const before = await page();
      const row = `INTO author_reward (author_id, video_post_id, direction, number, amount, at)
        VALUES ('thief', '${videoPostId}', 'REWARD', 1, 9, 9)`;
      if (persistence.dialect === "sqlite") {
        await persistence.execute(`INSERT OR REPLACE ${row}`);
      } else {
        const replace = `INSERT ${row} ON CONFLICT (video_post_id, direction, number) DO UPDATE SET author_id = 'thief'`;
        await expect(persistence.execute(replace)).rejects.toThrow(/append-only/);
      }
      expect(await page()).toStrictEqual(before);
    });
  });
}
