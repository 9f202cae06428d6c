import { beforeEach, describe, expect, it } from "vitest";
import { generateVideoPostQualityKeys } from "../../shared/application/commands/generate-video-post-quality-keys.ts";
import { type RewrapPosition, rewrapKeys } from "../../shared/application/commands/rewrap-keys.ts";
import { getVideoHlsEncryptKey } from "../../shared/application/queries/content-keys.ts";
import { STANDARD_POLICY_RULE } from "../../shared/domain/quality/quality-auth.ts";
import { singleKeyBinding } from "../../shared/domain/quality/single-key-source.ts";
import { createKeyVault, type KeyVault } from "../../shared/key-vault/key-vault.ts";
import type { OpenPersistence, TestPersistence } from "./persistence.ts";
import { claim, fenceOf, LADDER, NOW, onlyPart, publishPost, reload, savePost, transcode, vault } from "./steps.ts";
import { sampleEndpoint } from "./webhook-samples.ts";

const OLD = { id: "k1", bytes: new Uint8Array(32).fill(7) };
const NEW = { id: "k2", bytes: new Uint8Array(32).fill(9) };

export function describeWrappedKeys(name: string, open: OpenPersistence): void {
  describe(`${name}: keys that are re-wrapped`, () => {
    const both = createKeyVault([NEW, OLD]);
    const newAlone = createKeyVault([NEW]);
    let persistence: TestPersistence;
    beforeEach(async () => {
      persistence = await open();
    });

    const rewrap = (using: KeyVault, from: RewrapPosition | null = null, limit = 3) =>
      rewrapKeys({ vault: using, wrappings: persistence.wrappings }, from, limit);
    const rewrapAll = async (using: KeyVault, limit = 3) => {
      let rewrapped = 0;
      for (let from: RewrapPosition | null = null; ; ) {
        const report = await rewrap(using, from, limit);
        rewrapped += report.rewrapped;
        from = report.next;
        if (from === null) return { ...report, rewrapped };
      }
    };
    const keyOf = (using: KeyVault, videoPostId: string) =>
      getVideoHlsEncryptKey(
        { contentKeys: persistence.contentKeys, vault: using },
        { videoPostId, fileIndex: 0, quality: "480p", keyVersion: 1 },
      );
    /** As an import leaves it. */
    const addSingleKey = async (videoPostId: string) => {
      const post = await reload(persistence, videoPostId);
      const file = onlyPart(post);
      const wrapped = await vault.wrap(new Uint8Array(16).fill(5), singleKeyBinding(file.id));
      const singleKey = { ...wrapped, prefix: "imports/x/0/", renditions: [], requestedAt: null, createdAt: NOW };
      const change = { from: post, post: { ...post, files: [{ ...file, singleKey }] }, events: [], jobs: [] };
      await persistence.posts.save(change, NOW);
    };

    it("are all of them, in pages, open what they opened, and need the old key-encryption key no more", async () => {
      const ids = [];
      for (let n = 0; n < 3; n++) ids.push((await publishPost(persistence, NOW + n)).id);
      await addSingleKey(ids[0]!);
      const before = await Promise.all(ids.map((id) => keyOf(vault, id)));
      const keys = 3 * LADDER.length;
      expect(await persistence.wrappings.count()).toEqual([
        { kekId: "k1", contentKeys: keys, singleKeys: 1, sourceUrls: 0, webhookSecrets: 0 },
      ]);
      const first = await rewrap(both);
      expect(first).toMatchObject({ current: "k2", rewrapped: 3, left: keys + 1 - 3, damaged: [], unknown: [] });
      expect(await rewrapAll(both)).toMatchObject({ rewrapped: keys + 1 - 3, left: 0, next: null });
      expect(await persistence.wrappings.count()).toEqual([
        { kekId: "k2", contentKeys: keys, singleKeys: 1, sourceUrls: 0, webhookSecrets: 0 },
      ]);
      expect(await Promise.all(ids.map((id) => keyOf(newAlone, id)))).toEqual(before);
      const { id: fileId, singleKey } = onlyPart(await reload(persistence, ids[0]!));
      expect(await newAlone.unwrap(singleKey!, singleKeyBinding(fileId))).toEqual(new Uint8Array(16).fill(5));
    });

    it("are the secrets of webhook endpoints too", async () => {
      const wrap = (using: KeyVault, secretId: string) =>
        using.wrapText(`whsec_${secretId}`, { secretId, purpose: "webhook-secret" });
      for (const id of ["s1", "s2", "s3", "s4"]) {
        const { kekId, wrappedText } = await wrap(vault, id);
        const secret = { id, kekId, wrappedSecret: wrappedText, createdAt: NOW, expiresAt: null };
        await persistence.webhookEndpoints.create(sampleEndpoint(`of-${id}`), secret, 10);
      }
      expect(await persistence.wrappings.count()).toMatchObject([{ kekId: "k1", webhookSecrets: 4 }]);
      expect(await rewrapAll(both)).toMatchObject({ rewrapped: 4, left: 0, damaged: [], next: null });
      const page = { kekId: "k2", kind: "webhook-secret", after: null, limit: 10 } as const;
      const stored = await persistence.wrappings.listUnder(page);
      for (const { id, kekId, wrappedKey } of stored) {
        const binding = { secretId: id, purpose: "webhook-secret" } as const;
        expect(await newAlone.unwrapText({ kekId, wrappedText: wrappedKey }, binding)).toBe(`whsec_${id}`);
      }
      expect(stored).toHaveLength(4);
    });

    it("are each replaced once, however many do it at the same time", async () => {
      for (let n = 0; n < 3; n++) await publishPost(persistence, NOW + n);
      const reports = await Promise.all(Array.from({ length: 6 }, () => rewrapAll(both, 4)));
      expect(reports.reduce((sum, { rewrapped }) => sum + rewrapped, 0)).toBe(3 * LADDER.length);
    });

    it("stay so when a post is saved that was loaded before", async () => {
      const { id } = await publishPost(persistence);
      await addSingleKey(id);
      const post = await reload(persistence, id);
      await rewrapAll(both);
      expect(await persistence.posts.save({ from: post, post, events: [], jobs: [] }, NOW)).toBe("saved");
      expect(await rewrap(both)).toMatchObject({ left: 0 });
      expect(await keyOf(newAlone, id)).not.toBeNull();
    });

    it("are returned when the keys of a job are requested again", async () => {
      await savePost(persistence);
      await transcode(persistence);
      const held = await claim(persistence, { kinds: ["ENCRYPT"] });
      const target = { ...held.job, fence: fenceOf(held) };
      const generate = async (using: KeyVault) => {
        const deps = { posts: persistence.posts, vault: using, policyRule: STANDARD_POLICY_RULE };
        const outcome = await generateVideoPostQualityKeys(deps, target, NOW);
        if (outcome.kind !== "done") throw new Error(outcome.kind);
        return outcome.value;
      };
      const staged = await generate(vault);
      expect(await rewrapAll(both)).toMatchObject({ rewrapped: LADDER.length, left: 0 });
      expect(await generate(newAlone)).toEqual(staged);
    });

    it("leave out, and name, what does not unwrap and what is under a key-encryption key that is not there", async () => {
      const damaged = await publishPost(persistence);
      await publishPost(persistence, NOW + 1);
      const stranger = createKeyVault([{ id: "k1", bytes: new Uint8Array(32).fill(8) }]);
      const { id: fileId, keys } = onlyPart(damaged);
      const key = keys.find(({ quality }) => quality === "480p")!;
      const old = await persistence.wrappings.listUnder({ kekId: "k1", kind: "content", after: null, limit: 100 });
      const wrapped = await stranger.wrap(new Uint8Array(16), { fileId, quality: "480p", keyVersion: 1 });
      const change = { old: old.find(({ id }) => id === key.keyId)!, wrapped };
      expect(await persistence.wrappings.replace("content", [change])).toBe(1);
      expect(await persistence.wrappings.replace("content", [change])).toBe(0);
      const report = await rewrap(both, null, 100);
      expect(report).toMatchObject({ rewrapped: 2 * LADDER.length - 1, left: 1, unknown: [] });
      expect(report.damaged).toMatchObject([
        { videoPostId: damaged.id, fileIndex: 0, version: { quality: "480p", keyVersion: 1 }, kekId: "k1" },
      ]);
      expect(await rewrap(newAlone)).toMatchObject({
        ...{ rewrapped: 0, left: 0, next: null },
        unknown: [{ kekId: "k1", contentKeys: 1, singleKeys: 0, sourceUrls: 0, webhookSecrets: 0 }],
      });
    });
  });
}
