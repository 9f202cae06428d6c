import { beforeEach, describe, expect, it } from "vitest";
import type { Save } from "../../shared/application/ports/video-post-repository.ts";
import type { VideoFile } from "../../shared/domain/part/video-file.ts";
import { settle, type VideoPost } from "../../shared/domain/post/video-post.ts";
import { uuidV7 } from "../../shared/lib/random-id.ts";
import { dump, type OpenPersistence, type TestPersistence } from "./persistence.ts";
import { fullPost, withSetsSorted } from "./sample-posts.ts";
import { claim, LADDER, NOW, onlyPart, reload, savePost, variantOf } from "./steps.ts";

export function describeVideoPostSaves(name: string, open: OpenPersistence): void {
  describe(`${name}: saves of one post`, () => {
    let persistence: TestPersistence;
    beforeEach(async () => {
      persistence = await open();
    });

    it("are refused, and change nothing, when the version was saved before", async () => {
      const post = await savePost(persistence);
      expect(await persistence.posts.save(anEdit(post, "first"), NOW)).toBe("saved");
      const before = await dump(persistence);
      expect(await persistence.posts.save(anEdit(post, "second"), NOW + 1)).toBe("conflict");
      expect(await dump(persistence)).toStrictEqual(before);
    });

    it("have one winner of two that come at once, and nothing of the other is written", async () => {
      const post = await savePost(persistence);
      const edits = [anEdit(post, "first"), anEdit(post, "second")];
      await expectOneWinner(post, edits);
    });

    it("have one winner of 50 that come at once", async () => {
      const post = await savePost(persistence);
      await expectOneWinner(
        post,
        Array.from({ length: 50 }, (_, i) => anEdit(post, `editor-${i}`)),
      );
    });

    it("allow only one of two posts to be created under one id", async () => {
      const post = await savePost(persistence);
      const twin = { ...fullPost, id: post.id, version: 0 };
      expect(await persistence.posts.save({ from: null, post: twin, events: [], jobs: [] }, NOW)).toBe("conflict");
      expect(await reload(persistence, post.id)).toStrictEqual(post);
    });

    it("throw on any other constraint, and change nothing", async () => {
      const post = await savePost(persistence);
      const before = await dump(persistence);
      const twin = { ...onlyPart(post), id: uuidV7(NOW), source: { kind: "imported" } } as const;
      const change = { from: post, post: { ...post, files: [...post.files, twin] }, events: [], jobs: [] };
      await expect(persistence.posts.save(change, NOW)).rejects.toThrow();
      expect(await dump(persistence)).toStrictEqual(before);
    });

    it("are recognised as saved when only the reply was lost", async () => {
      const post = await savePost(persistence);
      const edit = anEdit(post, "unheard");
      expect(await persistence.postsWith("reply-lost").save(edit, NOW)).toBe("saved");
      expect((await reload(persistence, post.id)).title).toBe("unheard");
    });

    it("are no success when another save has that version and the reply was lost", async () => {
      const post = await savePost(persistence);
      await persistence.posts.save(anEdit(post, "first"), NOW);
      expect(await persistence.postsWith("reply-lost").save(anEdit(post, "second"), NOW)).toBe("conflict");
      expect((await reload(persistence, post.id)).title).toBe("first");
    });

    it("throw when the database was not reached", async () => {
      const post = await savePost(persistence);
      const before = await dump(persistence);
      await expect(persistence.postsWith("not-carried-out").save(anEdit(post, "unsent"), NOW)).rejects.toThrow();
      expect(await dump(persistence)).toStrictEqual(before);
    });

    it("take any number of rows: 60 parts with 240 variants, 240 keys and 240 policies", async () => {
      const part = onlyPart(fullPost);
      const files = Array.from({ length: 60 }, (_, n) => manyRows(part, n));
      const post = { ...fullPost, files };
      expect(await persistence.posts.save({ from: null, post, events: [], jobs: [] }, NOW)).toBe("saved");
      expect(await persistence.rows("video_hls_encrypt_key")).toHaveLength(240);
      const loaded = withSetsSorted(await persistence.posts.load(post.id));
      expect(loaded).toStrictEqual(withSetsSorted({ ...post, version: 1 }));
    });

    it("remove the variants and policies that the post no longer has, and those of no other post", async () => {
      const other = { ...fullPost, id: "other", importId: null, files: [manyRows(onlyPart(fullPost), 1)] };
      await persistence.posts.save({ from: null, post: other, events: [], jobs: [] }, NOW);
      await persistence.posts.save({ from: null, post: fullPost, events: [], jobs: [] }, NOW);
      const part = onlyPart(fullPost);
      const fewer: VideoFile = {
        ...part,
        variants: part.variants.slice(0, 1),
        qualityAuth: part.qualityAuth.slice(0, 1),
      };
      const from = await reload(persistence, fullPost.id);
      await persistence.posts.save({ from, post: { ...from, files: [fewer] }, events: [], jobs: [] }, NOW);
      const loaded = onlyPart(await reload(persistence, fullPost.id));
      expect(loaded.variants).toStrictEqual(fewer.variants);
      expect(loaded.qualityAuth).toStrictEqual(fewer.qualityAuth);
      expect(onlyPart(await reload(persistence, "other")).variants).toStrictEqual(onlyPart(other).variants);
    });

    it("never write update_type, which belongs to the jobs", async () => {
      const post = await savePost(persistence);
      await claim(persistence);
      expect(onlyPart(await reload(persistence, post.id)).updateType).toBe("NO_UPDATE");
      // The editor loaded the post before the job was claimed and still believes that it waits.
      expect(onlyPart(post).updateType).toBe("HAS_UPDATE");
      expect(await persistence.posts.save(anEdit(post, "late"), NOW)).toBe("saved");
      const [part] = (await reload(persistence, post.id)).files;
      expect(part).toMatchObject({ warnings: ["late"], updateType: "NO_UPDATE" });
    });

    async function expectOneWinner(post: VideoPost, edits: readonly Save[]): Promise<void> {
      const outcomes = await Promise.all(edits.map((edit) => persistence.posts.save(edit, NOW)));
      expect(outcomes.filter((outcome) => outcome === "saved")).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome === "conflict")).toHaveLength(edits.length - 1);
      const winner = edits[outcomes.indexOf("saved")]!;
      const after = await dump(persistence);

      // What the winner's save alone would have left, in another database.
      persistence = await open();
      await persistence.posts.save({ from: null, post: { ...post, version: 0 }, events: [], jobs: [] }, NOW);
      await persistence.posts.save(winner, NOW);
      const alone = await dump(persistence);
      const jobIds = (tables: typeof after) => tables.video_transcode_job!.map((job) => job.job_id);
      expect(jobIds(after)).toEqual(expect.arrayContaining(jobIds(alone)));
      expect(jobIds(after)).toHaveLength(jobIds(alone).length + 1);
      const withoutJobsAndSaveIds = ({
        access_revocation,
        video_post_revision,
        video_transcode_job: _,
        ...tables
      }: typeof after) => ({
        ...tables,
        access_revocation: access_revocation!.map(({ sequence, ...row }) => row),
        video_post_revision: video_post_revision!.map(({ save_id, ...revision }) => revision),
      });
      expect(withoutJobsAndSaveIds(after)).toStrictEqual(withoutJobsAndSaveIds(alone));
    }
  });
}

/** An edit that touches every table: title, a new part, variants, a key, a policy, an event and a job. */
function anEdit(post: VideoPost, editor: string): Save {
  const part = onlyPart(post);
  const key = { ...onlyPart(fullPost).keys[0]!, keyId: `key-of-${editor}` };
  const edited: VideoFile = {
    ...part,
    warnings: [editor],
    variants: [{ transcodeJobId: `job-of-${editor}`, variants: LADDER.map(variantOf) }],
    keys: [key],
    qualityAuth: [{ quality: "1080p", policy: "ENTITLED", entitlement: editor }],
  };
  const source = { kind: "upload", uploadId: `upload-of-${editor}` } as const;
  const added: VideoFile = { ...part, id: `part-of-${editor}`, fileIndex: post.nextFileIndex, position: 1, source };
  const jobs = [{ jobId: `job-of-${editor}`, fileId: added.id, kind: "TRANSCODE" as const }];
  const event = { type: "VideoAuditRejected", auditedBy: editor, reason: "" } as const;
  const files = [edited, added];
  const edit = { ...post, title: editor, files, nextFileIndex: post.nextFileIndex + 1 };
  return { ...settle(edit, jobs, NOW, [event]), from: post };
}

function manyRows(part: VideoFile, n: number): VideoFile {
  const qualities = ["1080p", "720p", "480p", "360p"] as const;
  return {
    ...part,
    id: `file-${n}`,
    source: { kind: "upload", uploadId: `upload-of-file-${n}` },
    fileIndex: n,
    position: n,
    variants: [{ transcodeJobId: `job-${n}`, variants: qualities.map(variantOf) }],
    keys: qualities.map((quality) => ({ ...part.keys[0]!, quality, keyId: `key-${n}-${quality}`, createdAt: NOW + n })),
    qualityAuth: qualities.map((quality) => ({ quality, policy: "DENIED", entitlement: null })),
  };
}
