import { beforeEach, describe, expect, it } from "vitest";
import { cancelJob } from "../../shared/application/commands/cancel-job.ts";
import { deleteVideoPost } from "../../shared/application/commands/edit-video-post.ts";
import type { PrefixStatus } from "../../shared/application/ports/prefix-queries.ts";
import { posterPrefix } from "../../shared/domain/part/object-keys.ts";
import { UPLOAD_LIFE_MS } from "../../shared/domain/uploads/upload.ts";
import { secretId, uuidV7 } from "../../shared/lib/random-id.ts";
import type { OpenPersistence, TestPersistence } from "./persistence.ts";
import { fullPost } from "./sample-posts.ts";
import { askForJob, encrypt, NOW, onlyPart, publishPost, reload, savePost } from "./steps.ts";

const GRACE_MS = 60_000;

export function describeStoredPrefixes(name: string, open: OpenPersistence): void {
  describe(`${name}: a stored prefix`, () => {
    let persistence: TestPersistence;
    beforeEach(async () => {
      persistence = await open();
    });

    const usesAt = (now: number, ...prefixes: string[]) => persistence.prefixes.classifyPrefixes(prefixes, now);
    const uses = (...prefixes: string[]) => usesAt(NOW, ...prefixes);

    async function pointersOf(videoPostId: string): Promise<[clear: string, playing: string]> {
      const { clear, playing } = onlyPart(await reload(persistence, videoPostId));
      return [clear!.prefix, playing!.prefix];
    }

    it("is named while a part of a post that is not deleted points to it, and garbage after that", async () => {
      const { id } = await publishPost(persistence);
      const pointers = await pointersOf(id);
      expect(await uses(...pointers)).toEqual(["named", "named"]);
      await deleteVideoPost(persistence.posts, { videoPostId: id, seenVersion: null }, "tester", NOW);
      expect(await uses(...pointers)).toEqual(["garbage", "garbage"]);
      expect(await persistence.prefixes.replacedUse(pointers[1], NOW)).toEqual({ kind: "garbage" });
    });

    it("is unknown where its number is larger than any that is stored, and hinders no other", async () => {
      const { id } = await publishPost(persistence);
      const [clear, playing] = await pointersOf(id);
      const large = playing.replace(/k1-/, `k${"9".repeat(20)}-`);
      expect(await uses(clear, large, playing)).toEqual(["named", "unknown", "named"]);
      expect(await persistence.prefixes.replacedUse(large, NOW)).toEqual({ kind: "unknown" });
    });

    it("is live while a job of its part has not ended, and garbage once it has", async () => {
      await savePost(persistence);
      const [job] = await persistence.jobs.list({ limit: 1 });
      const written = [`a-film/${job!.jobId}/c1/`, `a-film/${job!.jobId}/enc/k1-c1/`];
      expect(await uses(...written)).toEqual(["live", "live"]);
      await cancelJob(persistence, job!.jobId, "tester", NOW);
      expect(await uses(...written)).toEqual(["garbage", "garbage"]);
    });

    it("is retiring, for a replaced version, until its keys end", async () => {
      const { id } = await publishPost(persistence);
      const [, old] = await pointersOf(id);
      await askForJob(persistence, id, "ENCRYPT");
      await encrypt(persistence, NOW, GRACE_MS);
      const [, current] = await pointersOf(id);
      const end = NOW + GRACE_MS;
      expect(await usesAt(end - 1, old, current)).toEqual(["retiring", "named"]);
      expect(await usesAt(end, old, current)).toEqual(["garbage", "named"]);
      const { replacedUse } = persistence.prefixes;
      expect(await replacedUse(old, end - 1)).toEqual({ kind: "retiring", until: end });
      expect(await replacedUse(old, end)).toEqual({ kind: "garbage" });
      expect(await replacedUse(current, end)).toEqual({ kind: "named" });
    });

    it("is not protected by a live job, for a replaced version, because nothing writes below it", async () => {
      const { id } = await publishPost(persistence);
      const [, old] = await pointersOf(id);
      await askForJob(persistence, id, "ENCRYPT");
      await encrypt(persistence, NOW, 0);
      await askForJob(persistence, id, "ENCRYPT");
      expect(await uses(old)).toEqual(["live"]);
      expect(await persistence.prefixes.replacedUse(old, NOW)).toEqual({ kind: "garbage" });
    });

    it("is named, for an upload, by the upload or by a part that still needs it", async () => {
      const uploadId = secretId();
      const tempPath = `uploads/${uploadId}/`;
      expect(await uses(tempPath)).toEqual(["garbage"]);
      const blank = {
        owner: "editor",
        size: null,
        offset: 0,
        metadata: {},
        tokenId: null,
        maxDurationSeconds: null,
        ...{ multipartId: null, partSize: null },
        createdAt: NOW,
      } as const;
      await persistence.uploads.open({
        ...blank,
        uploadId,
        tempPath,
        state: "OPEN",
        expiresAt: NOW + UPLOAD_LIFE_MS,
      });
      expect(await uses(tempPath)).toEqual(["named"]);
      await persistence.uploads.finishRemoval(uploadId);
      expect(await uses(tempPath)).toEqual(["garbage"]);
      const { source } = onlyPart(await savePost(persistence));
      expect(await uses(`uploads/${source.kind === "upload" ? source.uploadId : ""}/`)).toEqual(["named"]);
    });

    it("is named, for an editor's poster, while its part is there and has it", async () => {
      const { id } = await savePost(persistence);
      const posterId = secretId();
      const own = { kind: "own", id: posterId, format: "png", width: 2, height: 2, bytes: 9 } as const;
      const choose = async (poster: typeof own | null) => {
        const from = await reload(persistence, id);
        const post = { ...from, files: from.files.map((file) => ({ ...file, poster })) };
        await persistence.posts.save({ from, post, events: [], jobs: [] }, NOW);
      };
      const prefix = posterPrefix(posterId);
      expect(await uses(prefix)).toEqual(["garbage"]);
      await choose(own);
      expect(await uses(prefix, posterPrefix(secretId()))).toEqual(["named", "garbage"]);
      await choose(null);
      expect(await uses(prefix)).toEqual(["garbage"]);
    });

    it("is named, for imported content, until the part is re-keyed", async () => {
      const post = { ...fullPost, version: 0 };
      await persistence.posts.save({ from: null, post, events: [], jobs: [] }, NOW);
      const { prefix } = onlyPart(post).singleKey!;
      expect(await uses(prefix, prefix.replace("film-7", "film-8"))).toEqual(["named", "garbage"]);
      const from = await reload(persistence, post.id);
      const files = from.files.map((file) => ({ ...file, singleKey: null }));
      await persistence.posts.save({ from, post: { ...from, files }, events: [], jobs: [] }, NOW);
      expect(await uses(prefix)).toEqual(["garbage"]);
    });

    it("is unknown if no job of this database has made it, or if it is of another layout", async () => {
      const job = uuidV7(NOW);
      const foreign = [`a-film/${job}/c1/`, `a-film/${job}/enc/k1-c1/`, "backup/2026/", "a-film/", "", "' OR 1=1 --"];
      expect(new Set(await uses(...foreign))).toEqual(new Set(["unknown"]));
      for (const prefix of foreign) {
        expect(await persistence.prefixes.replacedUse(prefix, NOW)).toEqual({ kind: "unknown" });
      }
    });

    it("is answered in the order of the question, for 200 at once and for none", async () => {
      const pointers = await pointersOf((await publishPost(persistence)).id);
      const others = Array.from({ length: 198 }, () => `uploads/${secretId()}/`);
      const answered = await uses(pointers[0], ...others.slice(0, 99), pointers[1], ...others.slice(99));
      const expected = Array.from({ length: 200 }, (_, n): PrefixStatus => (n % 100 === 0 ? "named" : "garbage"));
      expect(answered).toEqual(expected);
      expect(await uses()).toEqual([]);
    });
  });
}
