import { beforeEach, describe, expect, it } from "vitest";
import { deleteVideoPost } from "../../shared/application/commands/edit-video-post.ts";
import { failJob } from "../../shared/application/commands/fail-job.ts";
import { generateVideoPostQualityKeys } from "../../shared/application/commands/generate-video-post-quality-keys.ts";
import type { ClaimedJob } from "../../shared/application/ports/job-store.ts";
import { STANDARD_JOB_RULES } from "../../shared/domain/job/transcode-job.ts";
import { STANDARD_POLICY_RULE } from "../../shared/domain/quality/quality-auth.ts";
import { base64Encode } from "../../shared/lib/base64.ts";
import { dump, type OpenPersistence, type TestPersistence } from "./persistence.ts";
import { claim, fenceOf, LADDER, LEASE_MS, NOW, onlyPart, reload, savePost, transcode, vault } from "./steps.ts";

export function describeContentKeys(name: string, open: OpenPersistence): void {
  describe(`${name}: the content keys of a job that encrypts`, () => {
    let persistence: TestPersistence;
    let held: ClaimedJob;
    beforeEach(async () => {
      persistence = await open();
      await savePost(persistence);
      await transcode(persistence);
      held = await claim(persistence, { kinds: ["ENCRYPT"] });
    });

    const generate = async (by: ClaimedJob = held) => {
      const { videoPostId, fileId } = by.job;
      const deps = { posts: persistence.posts, vault, policyRule: STANDARD_POLICY_RULE };
      return generateVideoPostQualityKeys(deps, { videoPostId, fileId, fence: fenceOf(by) }, NOW);
    };
    const generated = async (by?: ClaimedJob) => {
      const outcome = await generate(by);
      if (outcome.kind !== "done") throw new Error(outcome.kind);
      return outcome.value;
    };
    const part = async () => onlyPart(await reload(persistence, held.job.videoPostId));

    it("are one of 16 random bytes for each quality, of the renditions that they are for", async () => {
      const { keyVersion, keys, clearPrefix } = await generated();
      expect(keyVersion).toBe(1);
      expect(keys.map(({ quality }) => quality)).toEqual(LADDER);
      expect(keys.every(({ key }) => key.length === 16)).toBe(true);
      expect(new Set(keys.map(({ key }) => base64Encode(key))).size).toBe(LADDER.length);
      expect(clearPrefix).toBe((await part()).clear?.prefix);
      for (const { quality, keyId, keyUri } of keys) {
        expect(keyUri).toBe(`/video/enc/key?keyId=${keyId}&quality=${quality}&token=__TOKEN__`);
      }
    });

    it("rest wrapped: no column holds one", async () => {
      const { keys } = await generated();
      const stored = JSON.stringify(await dump(persistence));
      for (const { key } of keys) expect(stored).not.toContain(base64Encode(key).replace(/=+$/, ""));
      expect((await part()).keys.map(({ status, kekId }) => [status, kekId])).toEqual(
        LADDER.map(() => ["STAGED", "k1"]),
      );
    });

    it("are listed for their part, in any status and without their bytes", async () => {
      const { videoPostId } = held.job;
      expect(await persistence.contentKeys.list({ videoPostId, fileIndex: 0 })).toEqual([]);
      expect(await persistence.contentKeys.list({ videoPostId, fileIndex: 1 })).toBe(null);
      const { keys } = await generated();
      const listed = await persistence.contentKeys.list({ videoPostId, fileIndex: 0 });
      expect(listed).toHaveLength(LADDER.length);
      const staged = { keyVersion: 1, status: "STAGED", usableUntil: null, createdAt: NOW };
      for (const { keyId, quality, keyUri } of keys)
        expect(listed).toContainEqual({ keyId, quality, keyUriTemplate: keyUri, ...staged });
      await deleteVideoPost(persistence.posts, { videoPostId: videoPostId, seenVersion: null }, "tester", NOW);
      const ended = await persistence.contentKeys.list({ videoPostId, fileIndex: 0 });
      expect(ended?.map(({ status }) => status)).toEqual(LADDER.map(() => "REVOKED"));
    });

    it("come with the policies of their qualities, in the same save", async () => {
      const { version } = await reload(persistence, held.job.videoPostId);
      await generated();
      expect((await reload(persistence, held.job.videoPostId)).version).toBe(version + 1);
      expect((await part()).qualityAuth.map(({ quality, policy }) => `${quality} ${policy}`).toSorted()).toEqual([
        "1080p ENTITLED",
        "480p PUBLIC",
      ]);
    });

    it("are the same when they are asked for again, in this attempt or the next", async () => {
      const first = await generated();
      expect(await generated()).toEqual(first);
      const failure = { code: "storage-unavailable", reason: "network", permanent: false } as const;
      await failJob(
        { ...persistence, rules: STANDARD_JOB_RULES, random: () => 0.5 },
        held.job,
        held.leaseToken,
        failure,
        NOW,
      );
      const later = NOW + STANDARD_JOB_RULES.longestBackoffMs;
      await persistence.jobs.requeueDue(later);
      expect(await generated(await claim(persistence, { kinds: ["ENCRYPT"], now: later }))).toEqual(first);
      expect((await part()).keys).toHaveLength(LADDER.length);
    });

    it("are the same for two that ask at once", async () => {
      const [first, second] = await Promise.all([generated(), generated()]);
      expect(first).toEqual(second);
      expect((await part()).keys).toHaveLength(LADDER.length);
    });

    it("are not made for a holder that lost its lease", async () => {
      await persistence.jobs.requeueDue(NOW + LEASE_MS + 1);
      const before = await dump(persistence);
      expect(await generate()).toEqual({ kind: "lease-lost" });
      expect(await dump(persistence)).toStrictEqual(before);
    });

    it("are not made for a post that was deleted", async () => {
      await deleteVideoPost(persistence.posts, { videoPostId: held.job.videoPostId, seenVersion: null }, "tester", NOW);
      expect(await generate()).toEqual({ kind: "refused", refusal: { kind: "deleted" } });
    });

    it("are not made where there are no clear renditions", async () => {
      await savePost(persistence);
      expect(await generate(await claim(persistence))).toMatchObject({
        kind: "refused",
        refusal: { kind: "wrong-state" },
      });
    });
  });
}
