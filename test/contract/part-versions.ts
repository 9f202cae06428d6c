import { beforeEach, describe, expect, it } from "vitest";
import { continueKeyRotation } from "../../shared/application/commands/continue-key-rotations.ts";
import { addParts, removePart, replacePart } from "../../shared/application/commands/edit-parts.ts";
import { scanJobs } from "../../shared/application/commands/scan-jobs.ts";
import { STANDARD_JOB_RULES } from "../../shared/domain/job/transcode-job.ts";
import { replacementOf } from "../../shared/domain/part/part-versions.ts";
import type { VideoPost } from "../../shared/domain/post/video-post.ts";
import { secretId, uuidV7 } from "../../shared/lib/random-id.ts";
import type { OpenPersistence, TestPersistence } from "./persistence.ts";
import { askForJob, claim, encrypt, NOW, onlyPart, publishPost, reload, savePost, transcode, vault } from "./steps.ts";

const GRACE_MS = 60_000;

function newSource() {
  const source = { kind: "upload", uploadId: secretId() } as const;
  return { source, fileName: "new.mp4", fileSize: 1, durationSeconds: null };
}

export function describePartVersions(name: string, open: OpenPersistence): void {
  describe(`${name}: the versions of a part`, () => {
    let persistence: TestPersistence;
    beforeEach(async () => {
      persistence = await open();
    });

    const deps = () => ({ posts: persistence.posts, vault, rule: "keep" as const });
    const any = (videoPostId: string) => ({ videoPostId, seenVersion: null, editor: "editor" });
    const named = (videoPostId: string, fileIndex = 0) => ({ ...any(videoPostId), fileIndex });
    const replace = (id: string) => replacePart(deps(), named(id), newSource(), NOW);
    const read = async (id: string) => (await persistence.gateReadings.readPart(id, 0)).part;
    const states = async (id: string) =>
      Object.groupBy(await persistence.jobs.list({ videoPostId: id, limit: 10 }), ({ state }) => state);

    async function replacedPost(): Promise<{ before: VideoPost; after: VideoPost }> {
      const before = await publishPost(persistence);
      await replace(before.id);
      await transcode(persistence);
      await encrypt(persistence, NOW, GRACE_MS);
      return { before, after: await reload(persistence, before.id) };
    }

    it("give up a source that never played in the save that brings the next one", async () => {
      const post = await savePost(persistence);
      const held = await claim(persistence);
      expect(await replace(post.id)).toMatchObject({ kind: "done", post: { version: 2 } });
      const after = await reload(persistence, post.id);
      expect(after).toMatchObject({ nextFileIndex: 1, otherVersions: [] });
      expect(onlyPart(after)).toMatchObject({ fileIndex: 0, versionState: "PRESENT", fileName: "new.mp4" });
      const { jobId } = held.job;
      const beat = { jobId, leaseToken: held.leaseToken, now: NOW, leaseMs: 1, stage: "ENCODING" } as const;
      expect(await persistence.jobs.heartbeat({ ...beat, progress: { stage: "ENCODING", percent: 1 } })).toBe("cancel");
      expect((await claim(persistence)).job.fileId).toBe(onlyPart(after).id);
    });

    it("have jobs side by side, and of a replacement only what it is for", async () => {
      const before = await publishPost(persistence);
      await replace(before.id);
      await transcode(persistence);
      // The rotation of what plays comes first: the switch ends it.
      await askForJob(persistence, before.id, "ENCRYPT", NOW - 1);
      expect((await states(before.id)).QUEUED).toHaveLength(2);
      const versions = [await encrypt(persistence), await encrypt(persistence)];
      expect(versions.toSorted()).toEqual([2, 3]);
      const after = await reload(persistence, before.id);
      expect(onlyPart(after)).toMatchObject({ fileName: "new.mp4", versionState: "PRESENT" });
      expect(replacementOf(after, 0)).toBeNull();
      expect((await states(before.id)).QUEUED).toBeUndefined();
    });

    it("are both served after the switch, each key for the version that it is wrapped for", async () => {
      const { before, after } = await replacedPost();
      const part = await read(before.id);
      expect(part).toMatchObject({ isRemoved: false, postVersion: after.version, playing: { keyVersion: 2 } });
      const expected = [
        [onlyPart(before).id, 1, "RETIRING", NOW + GRACE_MS],
        [onlyPart(after).id, 2, "ACTIVE", null],
      ];
      for (const [fileId, keyVersion, status, usableUntil] of expected) {
        const keys = part!.keys.filter((key) => key.keyVersion === keyVersion);
        expect(keys).toHaveLength(2);
        for (const key of keys) {
          expect(key).toMatchObject({ fileId, status, usableUntil });
          expect(await vault.unwrap(key, { ...key })).toHaveLength(16);
        }
      }
    });

    it("keep the objects of a replaced version until its keys end, and none of a source that was given up", async () => {
      const { before, after } = await replacedPost();
      const { classifyPrefixes, replacedUse } = persistence.prefixes;
      const { playing, clear } = onlyPart(before);
      const end = NOW + GRACE_MS;
      expect(await classifyPrefixes([playing!.prefix, clear!.prefix], end - 1)).toEqual(["retiring", "garbage"]);
      expect(await classifyPrefixes([playing!.prefix], end)).toEqual(["garbage"]);
      expect(await replacedUse(playing!.prefix, end - 1)).toEqual({ kind: "retiring", until: end });
      expect(await replacedUse(playing!.prefix, end)).toEqual({ kind: "garbage" });
      expect(await classifyPrefixes([onlyPart(after).clear!.prefix], end)).toEqual(["named"]);
      await replace(before.id);
      await transcode(persistence);
      const given = replacementOf(await reload(persistence, before.id), 0)!.clear!.prefix;
      expect(await classifyPrefixes([given], NOW)).toEqual(["named"]);
      await replace(before.id);
      expect(await classifyPrefixes([given], NOW)).toEqual(["garbage"]);
    });

    it("end a rotation of what was replaced meanwhile, whose batch then skips the part", async () => {
      const { id } = await publishPost(persistence);
      const batchId = uuidV7(NOW);
      const batch = { batchId, selection: { videoPostId: id }, maxInFlight: 1, graceSeconds: null };
      await persistence.rotationBatches.create({ ...batch, requestedBy: "operator" }, NOW);
      await replace(id);
      await transcode(persistence);
      const before = await claim(persistence, { kinds: ["ENCRYPT"] });
      await continueKeyRotation(persistence, batchId, NOW);
      await persistence.jobs.release({ jobId: before.job.jobId, leaseToken: before.leaseToken, now: NOW - 1 });
      await encrypt(persistence, NOW, GRACE_MS);
      expect(onlyPart(await reload(persistence, id)).fileName).toBe("new.mp4");
      await continueKeyRotation(persistence, batchId, NOW);
      const page = { state: null, after: null, limit: 10 };
      expect(await persistence.rotationBatches.items(batchId, page)).toMatchObject([
        { state: "SKIPPED", reason: "replaced" },
      ]);
      const next = { ...page, after: { videoPostId: id, fileIndex: 0 } };
      expect(await persistence.rotationBatches.items(batchId, next)).toEqual([]);
      expect(await persistence.rotationBatches.find(batchId)).toMatchObject({ state: "DONE" });
    });
  });

  describe(`${name}: a removed part`, () => {
    let persistence: TestPersistence;
    let post: VideoPost;
    beforeEach(async () => {
      persistence = await open();
      post = await publishPost(persistence);
      await addParts(deps(), any(post.id), [newSource()], NOW);
      await transcode(persistence);
      await encrypt(persistence);
      post = await reload(persistence, post.id);
    });

    const deps = () => ({ posts: persistence.posts, vault, rule: "keep" as const });
    const any = (videoPostId: string) => ({ videoPostId, seenVersion: null, editor: "editor" });
    const remove = (fileIndex = 0) => removePart(deps(), { ...any(post.id), fileIndex }, NOW);

    it("is known to the key endpoint as removed, without keys and policies of what it was", async () => {
      await remove();
      const { part } = await persistence.gateReadings.readPart(post.id, 0);
      expect(part).toMatchObject({ isRemoved: true, playing: null, keys: [], policies: [], postStatus: "PUBLISHED" });
      expect((await persistence.gateReadings.readPart(post.id, 1)).part).toMatchObject({ isRemoved: false });
    });

    it("keeps its index taken and leaves the load of its post", async () => {
      await remove();
      const after = await reload(persistence, post.id);
      expect(after).toMatchObject({ nextFileIndex: 2, otherVersions: [] });
      expect(after.files.map(({ fileIndex, position }) => [fileIndex, position])).toEqual([[1, 0]]);
      expect(await remove()).toMatchObject({ kind: "done", post: { version: after.version } });
      await addParts(deps(), any(post.id), [newSource()], NOW);
      expect((await reload(persistence, post.id)).files.map(({ fileIndex }) => fileIndex)).toEqual([1, 2]);
    });

    it("ends its jobs, gets no new one from a scan, and lets its batch end", async () => {
      const batchId = uuidV7(NOW);
      const selection = { videoPostId: post.id };
      const batch = { batchId, selection, maxInFlight: 1, graceSeconds: null, requestedBy: "operator" };
      await persistence.rotationBatches.create(batch, NOW);
      await continueKeyRotation(persistence, batchId, NOW);
      await remove();
      const live = await persistence.jobs.list({ videoPostId: post.id, state: "QUEUED", limit: 10 });
      expect(live.filter(({ fileIndex }) => fileIndex === 0)).toEqual([]);
      const scanned = await scanJobs({ ...persistence, rules: STANDARD_JOB_RULES }, NOW);
      expect(scanned).toMatchObject({ created: 0, refreshed: 0 });
      await continueKeyRotation(persistence, batchId, NOW);
      const items = await persistence.rotationBatches.items(batchId, { state: null, after: null, limit: 10 });
      expect(items.toSorted((one, other) => one.fileIndex - other.fileIndex)).toMatchObject([
        { fileIndex: 0, state: "SKIPPED", reason: "deleted" },
        { fileIndex: 1, state: "ROTATING" },
      ]);
    });

    it("leaves nothing that a stored prefix protects", async () => {
      const { playing, clear } = post.files[0]!;
      await remove();
      const uses = await persistence.prefixes.classifyPrefixes([playing!.prefix, clear!.prefix], NOW);
      expect(uses).toEqual(["garbage", "garbage"]);
    });

    it("is one of several edits at the same time, of which none is lost", async () => {
      const edits = [remove(), ...Array.from({ length: 3 }, () => addParts(deps(), any(post.id), [newSource()], NOW))];
      const outcomes = await Promise.all(edits);
      const made = outcomes.filter(({ kind }) => kind === "done").length;
      const after = await reload(persistence, post.id);
      expect(after.version).toBe(post.version + made);
      expect(outcomes.map(({ kind }) => kind)).toEqual(["done", "done", "done", "done"]);
      expect(after.files.map(({ fileIndex }) => fileIndex)).toEqual([1, 2, 3, 4]);
    });

    it("refuses an edit of a version that is not the present one", async () => {
      const edited = { videoPostId: post.id, fileIndex: 0, seenVersion: post.version - 1, editor: "editor" };
      expect(await removePart(deps(), edited, NOW)).toEqual({ kind: "outdated", version: post.version });
      const present = { ...edited, seenVersion: post.version };
      expect(await removePart(deps(), present, NOW)).toMatchObject({ kind: "done" });
    });
  });
}
