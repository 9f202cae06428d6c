import { beforeEach, describe, expect, it } from "vitest";
import type { IdempotencyClaim, IdempotentRequest } from "../../shared/application/ports/idempotency-store.ts";
import type { OpenPersistence, TestPersistence } from "./persistence.ts";
import { ROUNDS, rivalAtEveryMoment } from "./rivals.ts";
import { claim as claimJob, fenceOf, NOW, reload, savePost } from "./steps.ts";

const CLAIM_MS = 1000;
const KEPT_MS = 60_000;
const ANSWER = { status: 201, kekId: "k1", wrappedText: "d3JhcHBlZA==" };

export function describeIdempotency(name: string, open: OpenPersistence): void {
  describe(`${name}: an idempotency key`, () => {
    let persistence: TestPersistence;
    beforeEach(async () => {
      persistence = await open();
    });

    function request(claimId: string, now = NOW, more: Partial<IdempotentRequest> = {}): IdempotentRequest {
      const times = { claimedUntil: now + CLAIM_MS, expiresAt: now + KEPT_MS };
      return { callerId: "api-key:a", key: "k", fingerprint: "f", claimId, ...times, ...more };
    }

    const begin = (claimId: string, now = NOW, more: Partial<IdempotentRequest> = {}) =>
      persistence.idempotency.begin(request(claimId, now, more), now);
    const claimOf = (claimId: string): IdempotencyClaim => ({ callerId: "api-key:a", key: "k", claimId });

    it("is claimed by one of 20 requests at once, and the others see it run", async () => {
      const instances = Array.from({ length: 20 }, (_, n) => ({ n, store: persistence.again().idempotency }));
      const begun = await Promise.all(instances.map(({ n, store }) => store.begin(request(`c${n}`), NOW)));
      expect(begun.filter(({ kind }) => kind === "started")).toHaveLength(1);
      expect(begun.filter(({ kind }) => kind === "running")).toHaveLength(19);
    });

    it("is started or seen to run, also where requests give up meanwhile", async () => {
      const requests = Array.from({ length: 40 }, async (_, n) => {
        const { kind } = await begin(`c${n}`);
        await persistence.idempotency.abandon(claimOf(`c${n}`));
        return kind;
      });
      expect(new Set([...(await Promise.all(requests)), "running"])).toEqual(new Set(["started", "running"]));
    });

    it("belongs to its caller", async () => {
      expect(await begin("c1")).toEqual({ kind: "started" });
      expect(await begin("c2", NOW, { callerId: "api-key:b" })).toEqual({ kind: "started" });
      expect(await begin("c3", NOW, { key: "K" })).toEqual({ kind: "started" });
    });

    it("gives the stored answer to every equal request, and none to another", async () => {
      await begin("c1");
      await persistence.idempotency.finish(claimOf("c1"), ANSWER);
      for (const at of [NOW, NOW + KEPT_MS - 1]) {
        expect(await begin("c2", at)).toStrictEqual({ kind: "answered", answer: ANSWER });
        expect(await begin("c2", at, { fingerprint: "g" })).toEqual({ kind: "reused" });
      }
    });

    it("is refused to another request while the first one runs, and after it died", async () => {
      await begin("c1");
      for (const at of [NOW, NOW + CLAIM_MS])
        expect(await begin("c2", at, { fingerprint: "g" })).toEqual({ kind: "reused" });
    });

    it("is taken over when a claim has ended without an answer, which the first can then not store", async () => {
      await begin("c1");
      expect(await begin("c2", NOW + CLAIM_MS - 1)).toEqual({ kind: "running", claimedUntil: NOW + CLAIM_MS });
      expect(await begin("c2", NOW + CLAIM_MS)).toEqual({ kind: "started" });
      await persistence.idempotency.finish(claimOf("c1"), { ...ANSWER, status: 500 });
      await persistence.idempotency.abandon(claimOf("c1"));
      expect(await begin("c3", NOW + CLAIM_MS)).toMatchObject({ kind: "running" });
      await persistence.idempotency.finish(claimOf("c2"), ANSWER);
      expect(await begin("c3", NOW + 9 * CLAIM_MS)).toMatchObject({ kind: "answered", answer: ANSWER });
    });

    it("is free at once after a request without an answer, and keeps an answer that is there", async () => {
      await begin("c1");
      await persistence.idempotency.abandon(claimOf("c1"));
      expect(await begin("c2", NOW, { fingerprint: "g" })).toEqual({ kind: "started" });
      await persistence.idempotency.finish(claimOf("c2"), ANSWER);
      await persistence.idempotency.abandon(claimOf("c2"));
      expect(await begin("c3", NOW, { fingerprint: "g" })).toMatchObject({ kind: "answered" });
    });

    it("is new when it has expired, deleted or not", async () => {
      await begin("c1");
      await persistence.idempotency.finish(claimOf("c1"), ANSWER);
      expect(await begin("c2", NOW + KEPT_MS, { fingerprint: "g" })).toEqual({ kind: "started" });
      expect(await begin("c3", NOW + KEPT_MS, { fingerprint: "g" })).toMatchObject({ kind: "running" });
    });

    it("is deleted when it has expired, the oldest first and no more than the limit", async () => {
      for (let n = 0; n < 3; n++) await begin(`c${n}`, NOW + n, { key: `k${n}` });
      expect(await persistence.idempotency.deleteExpired(NOW + KEPT_MS - 1, 9)).toBe(0);
      expect(await persistence.idempotency.deleteExpired(NOW + KEPT_MS + 1, 1)).toBe(1);
      const keys = (await persistence.rows("idempotency_key")).map(({ key }) => key);
      expect(keys).toEqual(["k1", "k2"]);
      expect(await persistence.idempotency.deleteExpired(NOW + KEPT_MS + 1, 9)).toBe(1);
    });

    it("has its answer from the save that carries it, and a save of a lost claim writes nothing", async () => {
      const { id } = await savePost(persistence);
      const post = await reload(persistence, id);
      const saveFor = (claimId: string) =>
        persistence.posts.save(
          { from: post, post, events: [], jobs: [], receipt: { claim: claimOf(claimId), answer: ANSWER } },
          NOW,
        );
      await begin("c1");
      await begin("c2", NOW + CLAIM_MS);
      expect(await saveFor("c1")).toBe("lease-lost");
      expect((await reload(persistence, id)).version).toBe(post.version);
      expect(await saveFor("c2")).toBe("saved");
      expect(await begin("c3", NOW + 9 * CLAIM_MS)).toMatchObject({ kind: "answered", answer: ANSWER });
    });

    it("is not taken over while a save under its claim is under way, whenever another request comes", async () => {
      const posts = await Promise.all(Array.from({ length: ROUNDS }, () => savePost(persistence)));
      for (const round of posts.keys()) await begin("c1", NOW, { key: `k${round}` });
      const slow = persistence.slow();
      const save = (round: number) => {
        const receipt = { claim: { ...claimOf("c1"), key: `k${round}` }, answer: null };
        return slow.posts.save({ from: posts[round]!, post: posts[round]!, events: [], jobs: [], receipt }, NOW);
      };
      await rivalAtEveryMoment(save, async (round, outcome) => {
        expect(await begin("c2", NOW + CLAIM_MS, { key: `k${round}` })).toEqual({ kind: "started" });
        // What the successor starts with.
        const { version } = await reload(persistence, posts[round]!.id);
        expect(await outcome).toBe(version === posts[round]!.version ? "lease-lost" : "saved");
      });
    });

    it("has no answer after a save that lost to another one", async () => {
      const { id } = await savePost(persistence);
      const post = await reload(persistence, id);
      const change = { from: post, post, events: [], jobs: [] };
      expect(await persistence.posts.save(change, NOW)).toBe("saved");
      await begin("c1");
      const receipt = { claim: claimOf("c1"), answer: ANSWER };
      expect(await persistence.posts.save({ ...change, receipt }, NOW)).toBe("conflict");
      expect(await begin("c2")).toMatchObject({ kind: "running" });
    });

    it("guards a save without an answer, and beside the fence of a job", async () => {
      const { id } = await savePost(persistence);
      const post = await reload(persistence, id);
      const options = { fence: fenceOf(await claimJob(persistence)), jobEnd: { kind: "keep" } } as const;
      const lost = { ...options, fence: { ...options.fence, leaseToken: "another" } };
      const change = { from: post, post, events: [], jobs: [] };
      await begin("c1");
      const mine = { ...change, receipt: { claim: claimOf("c1"), answer: null } };
      const other = { ...change, receipt: { claim: claimOf("c9"), answer: null } };
      expect(await persistence.posts.save(other, NOW, options)).toBe("lease-lost");
      expect(await persistence.posts.save(mine, NOW, lost)).toBe("lease-lost");
      expect(await persistence.posts.save(mine, NOW, options)).toBe("saved");
      expect(await begin("c2")).toMatchObject({ kind: "running" });
    });
  });
}
