import { beforeEach, describe, expect, it } from "vitest";
import { cancelJob } from "../../shared/application/commands/cancel-job.ts";
import { deleteVideoPost } from "../../shared/application/commands/edit-video-post.ts";
import { failJob } from "../../shared/application/commands/fail-job.ts";
import { type ImportVideoPost, importVideoPost } from "../../shared/application/commands/import-video-post.ts";
import { continueRekey, requestRekey, requestRekeyToWatch } from "../../shared/application/commands/request-rekey.ts";
import { scanJobs } from "../../shared/application/commands/scan-jobs.ts";
import { STANDARD_JOB_RULES } from "../../shared/domain/job/transcode-job.ts";
import { rekeyState } from "../../shared/domain/post/imported-post.ts";
import type { VideoPost } from "../../shared/domain/post/video-post.ts";
import { STANDARD_POLICY_RULE } from "../../shared/domain/quality/quality-auth.ts";
import { singleKeyBinding } from "../../shared/domain/quality/single-key-source.ts";
import type { OpenPersistence, TestPersistence } from "./persistence.ts";
import { claim, encrypt, LADDER, NOW, reload, savePost, transcode, vault } from "./steps.ts";

const DIGEST = "0123456789abcdef0123456789abcdef";

export function describeRekeys(name: string, open: OpenPersistence): void {
  describe(`${name}: imported posts`, () => {
    let persistence: TestPersistence;
    beforeEach(async () => {
      persistence = await open();
    });

    const importOf = (importId: string, more: Partial<ImportVideoPost> = {}, parts = 1, now = NOW) => {
      const renditions = LADDER.map((quality) => ({ quality, playlist: `${quality}/index.m3u8` }));
      const part = (n: number) => ({ fileName: `part-${n}`, key: new Uint8Array(16).fill(n + 1), renditions });
      const input: ImportVideoPost = {
        ...{ importId, digest: DIGEST, authorId: "author", title: "A film", description: "", resourceType: "VIDEO" },
        ...{ interaction: { comments: true, liveComments: false }, access: "POLICY", autoPublish: true },
        parts: Array.from({ length: parts }, (_, n) => part(n)),
        ...more,
      };
      return importVideoPost({ ...persistence, vault, policyRule: STANDARD_POLICY_RULE }, input, now);
    };
    const imported = async (importId: string, parts = 1, now = NOW): Promise<VideoPost> =>
      reload(persistence, (await importOf(importId, {}, parts, now)).videoPostId);
    const ask = ({ id }: VideoPost, fileIndex = 0, restart = false) =>
      requestRekey(persistence.posts, { videoPostId: id, fileIndex }, { restart }, NOW);
    const jobsOf = ({ id }: VideoPost) => persistence.jobs.list({ videoPostId: id, limit: 100 });
    const scan = (now = NOW) => scanJobs({ ...persistence, rules: STANDARD_JOB_RULES }, now);
    const everything = { kind: "everything" } as const;
    const progress = async () => {
      const all = await persistence.rekeys.progress();
      return Object.fromEntries(Object.entries(all).filter(([, count]) => count > 0));
    };

    it("come back as they were saved, with their keys wrapped and bound to their parts", async () => {
      const post = await imported("film", 2);
      expect(post).toMatchObject({ importId: "film", status: "PUBLISHED" });
      expect(post.files.map(({ source, transferResult }) => [source.kind, transferResult])).toEqual([
        ["imported", "IMPORTED"],
        ["imported", "IMPORTED"],
      ]);
      const [first, second] = post.files;
      expect([first?.singleKey?.prefix, second?.singleKey?.prefix]).toEqual([
        `imports/film/${DIGEST}/0/`,
        `imports/film/${DIGEST}/1/`,
      ]);
      expect(first?.singleKey).toMatchObject({ requestedAt: null, createdAt: NOW });
      expect(await vault.unwrap(second!.singleKey!, singleKeyBinding(second!.id))).toEqual(new Uint8Array(16).fill(2));
      await expect(vault.unwrap(second!.singleKey!, singleKeyBinding(first!.id))).rejects.toThrow();
      expect(first?.qualityAuth.map(({ quality, policy }) => `${quality} ${policy}`).toSorted()).toEqual([
        "1080p ENTITLED",
        "480p PUBLIC",
      ]);
    });

    it("are made once, however often and at once the import is repeated", async () => {
      const outcomes = await Promise.all(Array.from({ length: 8 }, () => importOf("film")));
      expect(outcomes.filter(({ outcome }) => outcome === "created")).toHaveLength(1);
      expect(new Set(outcomes.map(({ videoPostId }) => videoPostId)).size).toBe(1);
      expect((await importOf("film")).outcome).toBe("existing");
      expect(await persistence.rows("video_post")).toHaveLength(1);
      expect((await importOf("another")).outcome).toBe("created");
    });

    it("have no quality that is null anywhere", async () => {
      await imported("film");
      for (const table of await persistence.tables()) {
        const rows = (await persistence.rows(table)).filter((row) => "quality" in row);
        expect(
          rows.filter((row) => row.quality === null),
          table,
        ).toEqual([]);
      }
      expect(await persistence.rows("video_hls_encrypt_key")).toEqual([]);
    });

    it("wait: no scan creates a job for them, or finds a drifted status", async () => {
      const post = await imported("film", 2);
      expect(await scan()).toEqual({ requeued: 0, exhausted: 0, created: 0, refreshed: 0, revocationsDeleted: 0 });
      await ask(post);
      expect(await scan()).toMatchObject({ created: 0, refreshed: 0 });
      expect(await jobsOf(post)).toHaveLength(1);
    });

    it("are ready on request for token issue, unless the re-key has failed", async () => {
      const post = await imported("film");
      const state = async () => (await persistence.gateReadings.readPart(post.id, 0)).part?.migration;
      expect(await state()).toBe("waiting");
      await ask(post);
      expect(await state()).toBeNull();
      await transcode(persistence);
      expect(await state()).toBeNull();
      await encrypt(persistence);
      const { part } = await persistence.gateReadings.readPart(post.id, 0);
      expect(part).toMatchObject({ migration: null, playing: {} });
      const failing = await imported("failing");
      await ask(failing);
      await failClaimed(persistence);
      expect((await persistence.gateReadings.readPart(failing.id, 0)).part?.migration).toBe("failed");
      expect((await reload(persistence, failing.id)).status).toBe("PUBLISHED");
      expect(await scan()).toMatchObject({ created: 0, refreshed: 0 });
      const ordinary = await savePost(persistence);
      expect((await persistence.gateReadings.readPart(ordinary.id, 0)).part?.migration).toBeNull();
    });

    it("get one job for any number of concurrent requests", async () => {
      const post = await imported("film");
      const outcomes = await Promise.all(Array.from({ length: 50 }, () => ask(post)));
      expect(outcomes.every(({ kind }) => kind === "done")).toBe(true);
      expect(await jobsOf(post)).toHaveLength(1);
      expect((await reload(persistence, post.id)).version).toBe(2);
    });

    it("lose what was imported with the result that gives them keys, and stay published throughout", async () => {
      const post = await imported("film");
      await ask(post);
      const states: unknown[] = [];
      const note = async () => {
        const { status, files } = await reload(persistence, post.id);
        states.push([status, rekeyState(files[0]!)]);
      };
      await note();
      await transcode(persistence);
      await note();
      await encrypt(persistence);
      await note();
      expect(states).toEqual([
        ["PUBLISHED", "under-way"],
        ["PUBLISHED", "under-way"],
        ["PUBLISHED", null],
      ]);
      expect(await persistence.rows("single_key_source")).toEqual([]);
      const prefix = `imports/film/${DIGEST}/0/`;
      expect(await persistence.prefixes.classifyPrefixes([prefix], NOW)).toEqual(["garbage"]);
      expect((await importOf("film")).outcome).toBe("existing");
    });

    it("name the prefix of what was imported until then, and no more once they are deleted", async () => {
      const post = await imported("film", 2);
      const prefixes = [0, 1, 2].map((part) => `imports/film/${DIGEST}/${part}/`);
      expect(await persistence.prefixes.classifyPrefixes(prefixes, NOW)).toEqual(["named", "named", "garbage"]);
      await deleteVideoPost(persistence.posts, { videoPostId: post.id, seenVersion: null }, "tester", NOW);
      expect(await persistence.prefixes.classifyPrefixes(prefixes, NOW)).toEqual(["garbage", "garbage", "garbage"]);
      expect(await persistence.rows("single_key_source")).toEqual([]);
      expect(await persistence.rekeys.findImportedPost("film")).toBe(post.id);
    });

    describe("in a batch", () => {
      it("are queued in the order of their import, each once", async () => {
        const posts = [await imported("a", 1, NOW), await imported("b", 1, NOW + 1), await imported("c", 1, NOW + 2)];
        expect(await persistence.rekeys.enqueue(everything, 2, NOW)).toBe(2);
        expect(await progress()).toEqual({ queued: 2, waiting: 1 });
        expect(await persistence.rekeys.enqueue(everything, 10, NOW + 1)).toBe(1);
        expect(await persistence.rekeys.enqueue(everything, 10, NOW + 2)).toBe(0);
        const line = await persistence.rekeys.next(10);
        expect(line.map(({ videoPostId }) => videoPostId)).toEqual(posts.map(({ id }) => id));
      });

      it("start as others end, within the limit, those that viewers requested included", async () => {
        const viewers = await imported("viewers");
        await ask(viewers);
        for (const id of ["a", "b", "c", "d"]) await imported(id);
        await persistence.rekeys.enqueue(everything, 10, NOW);
        expect(await continueRekey(persistence, 3, NOW)).toBe(2);
        expect(await continueRekey(persistence, 3, NOW)).toBe(0);
        expect(await progress()).toEqual({ underWay: 3, queued: 2 });
        await transcode(persistence);
        await encrypt(persistence);
        expect(await continueRekey(persistence, 3, NOW)).toBe(1);
        expect(await progress()).toEqual({ underWay: 3, queued: 1, migrated: 1 });
        expect(await continueRekey(persistence, 1, NOW)).toBe(0);
      });

      it("join the queue when a viewer requests them while too many are in progress", async () => {
        const posts = [await imported("a"), await imported("b"), await imported("c")];
        const viewer = { kind: "anonymous" } as const;
        const watch = (post: VideoPost, atMost: number) =>
          requestRekeyToWatch(persistence, { videoPostId: post.id, fileIndex: 0 }, { viewer, atMost }, NOW);
        expect(await watch(posts[0]!, 1)).toMatchObject({ value: "under-way" });
        expect(await watch(posts[1]!, 1)).toMatchObject({ value: "waiting" });
        expect(await watch(posts[1]!, 1)).toMatchObject({ value: "waiting" });
        expect(await progress()).toEqual({ underWay: 1, queued: 1, waiting: 1 });
        expect(await persistence.rekeys.underWay()).toBe(1);
        expect(await watch(posts[2]!, 2)).toMatchObject({ value: "under-way" });
        expect(await continueRekey(persistence, 3, NOW)).toBe(1);
        expect(await progress()).toEqual({ underWay: 3 });
      });

      it("are queued once each, however many queue them at once", async () => {
        for (let n = 0; n < 8; n++) await imported(`film-${n}`);
        const counts = await Promise.all(
          Array.from({ length: 6 }, () => persistence.rekeys.enqueue(everything, 2, NOW)),
        );
        expect(counts.toSorted()).toEqual([0, 0, 2, 2, 2, 2]);
        expect(await progress()).toEqual({ queued: 8 });
      });

      it("start once each, and no more than the limit, however many calls continue at once", async () => {
        for (const id of ["a", "b", "c", "d", "e"]) await imported(id);
        await persistence.rekeys.enqueue(everything, 10, NOW);
        await Promise.all(Array.from({ length: 6 }, () => continueRekey(persistence, 3, NOW)));
        const jobs = await persistence.jobs.list({ limit: 100 });
        expect(jobs).toHaveLength(3);
        expect(await progress()).toEqual({ underWay: 3, queued: 2 });
      });

      it("continue when a part fails, which is counted and not restarted", async () => {
        await imported("a");
        await imported("b");
        await persistence.rekeys.enqueue(everything, 10, NOW);
        await continueRekey(persistence, 1, NOW);
        await failClaimed(persistence);
        expect(await continueRekey(persistence, 1, NOW)).toBe(1);
        expect(await progress()).toEqual({ failed: 1, underWay: 1 });
        expect(await persistence.rekeys.enqueue(everything, 10, NOW)).toBe(0);
      });

      it("skip a part whose job was cancelled, until it is requested by its post", async () => {
        const post = await imported("a");
        await ask(post);
        await cancelJob(persistence, (await jobsOf(post))[0]!.jobId, "tester", NOW);
        expect(await progress()).toEqual({ stopped: 1 });
        expect((await scan()).created).toBe(0);
        expect(await persistence.rekeys.enqueue(everything, 10, NOW)).toBe(0);
        const selection = { kind: "post", videoPostId: post.id, fileIndex: 0 } as const;
        expect(await persistence.rekeys.enqueue({ ...selection, fileIndex: 1 }, 10, NOW)).toBe(0);
        expect(await persistence.rekeys.enqueue(selection, 10, NOW)).toBe(1);
        expect(await continueRekey(persistence, 1, NOW)).toBe(1);
        expect(await progress()).toEqual({ underWay: 1 });
        expect(await persistence.rekeys.enqueue(selection, 10, NOW)).toBe(0);
      });

      it("are taken out of the line when it is emptied, or their post deleted", async () => {
        await imported("a");
        const deleted = await imported("b");
        await persistence.rekeys.enqueue(everything, 10, NOW);
        await deleteVideoPost(persistence.posts, { videoPostId: deleted.id, seenVersion: null }, "tester", NOW);
        expect(await progress()).toEqual({ queued: 1 });
        expect(await persistence.rekeys.clear()).toBe(1);
        expect(await persistence.rekeys.next(10)).toEqual([]);
        expect(await progress()).toEqual({ waiting: 1 });
      });

      it("keep their place through every other save of their post", async () => {
        const post = await imported("a", 2);
        await persistence.rekeys.enqueue({ kind: "post", videoPostId: post.id, fileIndex: 1 }, 10, NOW);
        await ask(post, 0);
        expect(await progress()).toEqual({ underWay: 1, queued: 1 });
      });
    });
  });
}

/** The job that is due fails for good. */
async function failClaimed(persistence: TestPersistence): Promise<void> {
  const held = await claim(persistence);
  const failure = { code: "encoder-failed", reason: "It broke.", permanent: true } as const;
  await failJob(
    { ...persistence, rules: STANDARD_JOB_RULES, random: () => 0.5 },
    held.job,
    held.leaseToken,
    failure,
    NOW,
  );
}
