import { beforeEach, describe, expect, it } from "vitest";
import { deleteEndedKeys } from "../../shared/application/commands/delete-ended-keys.ts";
import { removePart, replacePart } from "../../shared/application/commands/edit-parts.ts";
import { deleteVideoPost } from "../../shared/application/commands/edit-video-post.ts";
import { revokeVideoHlsKeys } from "../../shared/application/commands/revoke-content-keys.ts";
import { secretId } from "../../shared/lib/random-id.ts";
import type { OpenPersistence, TestPersistence } from "./persistence.ts";
import { askForJob, encrypt, LADDER, NOW, onlyPart, publishPost, reload, transcode, vault } from "./steps.ts";

const DAY = 24 * 3600_000;
const GRACE = 60_000;

export function describeEndedKeys(name: string, open: OpenPersistence): void {
  describe(`${name}: keys that are no longer served`, () => {
    let persistence: TestPersistence;
    let videoPostId: string;
    beforeEach(async () => {
      persistence = await open();
      videoPostId = (await publishPost(persistence)).id;
    });

    const rotate = async (now: number) => {
      await askForJob(persistence, videoPostId, "ENCRYPT", now);
      return encrypt(persistence, now, GRACE);
    };
    const revoke = (keyVersion: number, now: number) =>
      revokeVideoHlsKeys(persistence.posts, { videoPostId, fileIndex: 0, keyVersion }, "tester", now);
    const find = (keyVersion: number) =>
      persistence.contentKeys.find({ videoPostId, fileIndex: 0, quality: "480p", keyVersion });
    const statuses = async () => {
      const found = await Promise.all([1, 2, 3].map(find));
      return found.map((key) => key?.status ?? null);
    };
    const part = async () => onlyPart(await reload(persistence, videoPostId));

    it("leave their part once their grace is over, and are found by version all the same", async () => {
      await rotate(NOW + 1);
      expect(new Set((await part()).keys.map(({ keyVersion }) => keyVersion))).toEqual(new Set([1, 2]));
      await rotate(NOW + GRACE + 2);
      expect(new Set((await part()).keys.map(({ keyVersion }) => keyVersion))).toEqual(new Set([2, 3]));
      expect(await statuses()).toEqual(["REVOKED", "RETIRING", "ACTIVE"]);
      expect(await find(4)).toBeNull();
    });

    it("never give their number to a later version, not even when they are deleted", async () => {
      await rotate(NOW + 1);
      await revoke(2, NOW + 2);
      await persistence.contentKeys.deleteEnded(NOW + DAY, 1000);
      expect((await part()).lastKeyVersion).toBe(2);
      expect(await rotate(NOW + 3)).toBe(3);
    });

    it("are deleted 30 days after they were revoked or replaced, and not before", async () => {
      await rotate(NOW);
      await rotate(NOW + 1);
      await revoke(1, NOW + DAY);
      const retired = NOW + 1 + GRACE + 30 * DAY;
      expect(await deleteEndedKeys(persistence, retired)).toBe(0);
      expect(await deleteEndedKeys(persistence, retired + 1)).toBe(LADDER.length);
      expect(await statuses()).toEqual(["REVOKED", null, "ACTIVE"]);
      expect(await deleteEndedKeys(persistence, NOW + 31 * DAY + 1)).toBe(LADDER.length);
      expect(await statuses()).toEqual([null, null, "ACTIVE"]);
      expect(await deleteEndedKeys(persistence, NOW + 400 * DAY)).toBe(0);
    });

    it("stay, revoked, while their part still plays them", async () => {
      await revoke(1, NOW + 1);
      expect(await persistence.contentKeys.deleteEnded(NOW + DAY, 1000)).toBe(0);
      await rotate(NOW + 2);
      expect(await persistence.contentKeys.deleteEnded(NOW + DAY, 1000)).toBe(LADDER.length);
    });

    it("are deleted with a source that nothing plays any more, and with a removed part", async () => {
      const deps = { posts: persistence.posts, vault, rule: "review" as const };
      const named = { videoPostId, fileIndex: 0, seenVersion: null, editor: "editor" };
      const source = { kind: "upload", uploadId: secretId() } as const;
      await replacePart(deps, named, { source, fileName: "new.mp4", fileSize: 1, durationSeconds: null }, NOW);
      await transcode(persistence);
      await encrypt(persistence, NOW + 1, GRACE);
      expect(await persistence.contentKeys.deleteEnded(NOW + 1 + GRACE, 1000)).toBe(0);
      expect(await persistence.contentKeys.deleteEnded(NOW + 2 + GRACE, 1000)).toBe(LADDER.length);
      expect(await statuses()).toEqual([null, "ACTIVE", null]);
      await removePart(deps, named, NOW + DAY);
      expect(await persistence.contentKeys.deleteEnded(NOW + DAY + 1, 1000)).toBe(LADDER.length);
    });

    it("are deleted with their post too, up to the limit", async () => {
      await deleteVideoPost(persistence.posts, { videoPostId: videoPostId, seenVersion: null }, "tester", NOW + 1);
      expect(await persistence.contentKeys.deleteEnded(NOW + 1, 1000)).toBe(0);
      expect(await persistence.contentKeys.deleteEnded(NOW + 2, 1)).toBe(1);
      expect(await persistence.contentKeys.deleteEnded(NOW + 2, 1000)).toBe(LADDER.length - 1);
    });

    it("count as revoked when they are revoked again, whether they are there or not", async () => {
      await rotate(NOW + 1);
      expect(await revoke(1, NOW + 2)).toMatchObject({ value: { outcome: "revoked", stopsPlayback: false } });
      for (const deleted of [false, true]) {
        if (deleted) await persistence.contentKeys.deleteEnded(NOW + DAY, 1000);
        expect(await revoke(1, NOW + 3)).toMatchObject({ value: { outcome: "unchanged", stopsPlayback: false } });
      }
      expect(await revoke(3, NOW + 3)).toMatchObject({ kind: "refused", refusal: { kind: "invalid" } });
    });
  });
}
