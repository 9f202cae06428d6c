import { beforeEach, describe, expect, it } from "vitest";
import { deleteVideoPost } from "../../shared/application/commands/edit-video-post.ts";
import type { FeedRow } from "../../shared/application/ports/revocation-feed.ts";
import type { OpenPersistence, TestPersistence } from "./persistence.ts";
import { NOW, publishPost } from "./steps.ts";

const HOUR = 3_600_000;
const TIMES = { now: NOW, expiresAt: NOW + HOUR };
const MANY = 50_000;

export function describeRevocationFeed(name: string, open: OpenPersistence): void {
  describe(`${name}: the revocation feed`, () => {
    let persistence: TestPersistence;
    beforeEach(async () => {
      persistence = await open();
    });

    const revoke = (subject: string, more = {}, most = MANY) =>
      persistence.revocations.revoke({ kind: "token", subject }, { ...TIMES, ...more }, most);
    const rowsAfter = (position: number, limit = 100) => persistence.gateReadings.feedAfter(position, limit);
    const names = (rows: readonly FeedRow[]) => rows.map(({ subject }) => subject);

    it("is empty at first", async () => {
      expect(await rowsAfter(0)).toEqual([]);
      expect(await persistence.gateReadings.newestRevocations(100)).toEqual({ position: 0, rows: [] });
      expect(await persistence.gateReadings.revocationsBefore(1, 100)).toEqual([]);
    });

    it("numbers its rows in the order in which they are written, and is read from any number on", async () => {
      const [a, b, c] = [await revoke("a"), await revoke("b"), await revoke("c")] as number[];
      expect([a! < b!, b! < c!]).toEqual([true, true]);
      expect(names(await rowsAfter(0))).toEqual(["a", "b", "c"]);
      expect(await rowsAfter(b!)).toEqual([
        { sequence: c, kind: "token", subject: "c", createdAt: NOW, expiresAt: NOW + HOUR },
      ]);
      expect(names(await rowsAfter(0, 2))).toEqual(["a", "b"]);
      const newest = (limit: number) => persistence.gateReadings.newestRevocations(limit);
      expect(names((await newest(2)).rows)).toEqual(["c", "b"]);
      expect(names((await newest(3)).rows)).toEqual(["c", "b", "a"]);
      expect(names(await persistence.gateReadings.revocationsBefore(c!, 2))).toEqual(["b", "a"]);
      expect(names(await persistence.gateReadings.revocationsBefore(c!, 1))).toEqual(["b"]);
    });

    it("is read from its end without changes of posts, which count for its position", async () => {
      await persistence.apiKeys.create({
        ...{ keyId: "k1", name: "a site", secretHash: "h", scopes: ["tokens:issue"], createdBy: "api-key:admin" },
        ...{ createdAt: NOW, expiresAt: null, revokedAt: null, lastUsedAt: null },
      });
      await publishPost(persistence);
      expect((await persistence.gateReadings.newestRevocations(10)).rows).toEqual([]);
      const first = (await revoke("a")) as number;
      await persistence.apiKeys.revoke("k1", NOW);
      await publishPost(persistence);
      const { position, rows } = await persistence.gateReadings.newestRevocations(10);
      expect(names(rows)).toEqual(["k1", "a"]);
      expect(rows[1]).toEqual({ sequence: first, kind: "token", subject: "a", createdAt: NOW, expiresAt: NOW + HOUR });
      expect(position).toBe((await rowsAfter(0)).at(-1)?.sequence);
      expect(position).toBeGreaterThan(rows[0]!.sequence);
      expect(names(await persistence.gateReadings.revocationsBefore(position, 10))).toEqual(["k1", "a"]);
    });

    it("keeps one row of a subject, under a later number when it is revoked again", async () => {
      const first = await revoke("a");
      await revoke("b");
      const again = await revoke("a", { now: NOW + 1 });
      expect(again).toBeGreaterThan(first as number);
      expect(names(await rowsAfter(0))).toEqual(["b", "a"]);
      await persistence.revocations.revoke({ kind: "viewer", subject: "a" }, TIMES, MANY);
      expect(names(await rowsAfter(0))).toEqual(["b", "a", "a"]);
    });

    it("never gives a number out again, not even that of the last row once it is deleted", async () => {
      const last = await revoke("a");
      expect(await persistence.revocations.deleteExpired(NOW + HOUR + 1, 10)).toBe(1);
      expect(await rowsAfter(0)).toEqual([]);
      expect(await revoke("b")).toBeGreaterThan(last as number);
      expect(names(await rowsAfter(last as number))).toEqual(["b"]);
    });

    it("deletes what has expired, a few rows at a time, and nothing else", async () => {
      for (const subject of ["a", "b", "c"]) await revoke(subject);
      await revoke("later", { expiresAt: NOW + 2 * HOUR });
      const remove = () => persistence.revocations.deleteExpired(NOW + HOUR + 1, 2);
      expect([await remove(), await remove(), await remove()]).toEqual([2, 1, 0]);
      expect(names(await rowsAfter(0))).toEqual(["later"]);
    });

    it("takes no more revocations than it may hold, except of what it holds already", async () => {
      await publishPost(persistence);
      const changes = (await rowsAfter(0)).length;
      await revoke("a", {}, 2);
      await revoke("b", {}, 2);
      expect(await revoke("c", {}, 2)).toBe("full");
      expect(await revoke("a", {}, 2)).toBeGreaterThan(0);
      expect((await rowsAfter(0)).length - changes).toBe(2);
    });

    it("gives each of 50 concurrent rows its own number", async () => {
      const sequences = await Promise.all(Array.from({ length: 50 }, (_, n) => revoke(`t${n}`)));
      expect(new Set(sequences).size).toBe(50);
      expect((await rowsAfter(0)).map(({ sequence }) => sequence)).toEqual(
        (sequences as number[]).toSorted((a, b) => a - b),
      );
    });

    it("never shows a number below one that was read before, with many writers at once", async () => {
      let isWriting = true;
      const write = async (n: number) => {
        for (let k = 0; k < 5; k++) await revoke(`w${n}-${k}`);
      };
      const written = Promise.all(Array.from({ length: 40 }, (_, n) => write(n))).finally(() => {
        isWriting = false;
      });
      const read = new Set<number>();
      const late: number[] = [];
      while (isWriting) {
        const highest = Math.max(0, ...read);
        const rows = await rowsAfter(0, 1000);
        late.push(
          ...rows.map(({ sequence }) => sequence).filter((sequence) => sequence < highest && !read.has(sequence)),
        );
        for (const { sequence } of rows) read.add(sequence);
      }
      await written;
      expect(late).toEqual([]);
    });

    it("holds no more revocations than it may, however many come at once", async () => {
      for (const most of [5, 10, 15, 20]) {
        await Promise.all(Array.from({ length: 40 }, (_, n) => revoke(`m${most}-${n}`, {}, most)));
        expect(await rowsAfter(0)).toHaveLength(most);
      }
    });

    it("is asked for the rows of a few subjects", async () => {
      await revoke("a");
      await persistence.revocations.revoke({ kind: "viewer", subject: "v" }, TIMES, MANY);
      const find = async (...subjects: Parameters<typeof persistence.gateReadings.findRevocations>[0]) =>
        names(await persistence.gateReadings.findRevocations(subjects));
      expect(await find({ kind: "token", subject: "b" }, { kind: "viewer", subject: "a" })).toEqual([]);
      expect(await find({ kind: "token", subject: "a" }, { kind: "viewer", subject: "v" })).toEqual(["a", "v"]);
    });

    it("names every post that is saved, once, and no post whose save was refused", async () => {
      const post = await publishPost(persistence);
      const [named] = (await rowsAfter(0)).filter(({ kind }) => kind === "post-changed");
      expect(named).toMatchObject({ subject: post.id, expiresAt: (named?.createdAt ?? 0) + HOUR });
      await deleteVideoPost(persistence.posts, { videoPostId: post.id, seenVersion: null }, "tester", NOW);
      const [later, ...others] = (await rowsAfter(0)).filter(({ kind }) => kind === "post-changed");
      expect(others).toEqual([]);
      expect(later?.sequence).toBeGreaterThan(named?.sequence ?? 0);
      const before = await rowsAfter(0);
      const stale = { post, from: post, events: [], jobs: [] };
      expect(await persistence.posts.save(stale, NOW)).toBe("conflict");
      expect(await rowsAfter(0)).toEqual(before);
    });

    it("names every API key that is revoked", async () => {
      await persistence.apiKeys.create({
        ...{ keyId: "k1", name: "a site", secretHash: "h", scopes: ["tokens:issue"], createdBy: "api-key:admin" },
        ...{ createdAt: NOW, expiresAt: null, revokedAt: null, lastUsedAt: null },
      });
      expect(await rowsAfter(0)).toEqual([]);
      await persistence.apiKeys.revoke("k1", NOW);
      expect(await rowsAfter(0)).toMatchObject([{ kind: "api-key-changed", subject: "k1" }]);
    });
  });
}
