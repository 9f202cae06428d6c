import { afterAll, beforeEach, describe, expect, inject, it } from "vitest";
import { STANDARD_JOB_RULES } from "../../shared/domain/job/transcode-job.ts";
import { type VideoPost, withFile } from "../../shared/domain/post/video-post.ts";
import { secretId, uuidV7 } from "../../shared/lib/random-id.ts";
import { pooledClients } from "../../shared/persistence/pg/clients.ts";
import type { Connect } from "../../shared/persistence/pg/database.ts";
import { pgPersistence } from "../../shared/persistence/pg/persistence.ts";
import { errorCode } from "../../shared/persistence/pg/retries.ts";
import type { TestPersistence } from "../contract/persistence.ts";
import { LEASE_MS, NOW, savePost } from "../contract/steps.ts";
import { openTestDatabase } from "./pg-persistence.ts";

const SERVERS = { "Postgres 18": inject("postgresNewest"), "Postgres 15": inject("postgresOldest") };
const POSTS = 3;
/** Of each of twelve loops. */
const CALLS = process.env.LONG_TESTS === "1" ? 40 : 20;
const rules = STANDARD_JOB_RULES;

describe.each(Object.entries(SERVERS))(
  "%s: saves, claims, heartbeats and scans of the same posts",
  async (_, server) => {
    if (server === "") return it.skip("needs a server", () => {});
    const { url, open } = await openTestDatabase(server);
    const clients = pooledClients(
      { connectionString: url, application_name: "test", max: 20, connectionTimeoutMillis: 30_000 },
      () => {},
    );
    afterAll(() => clients.end());
    let persistence: TestPersistence;
    beforeEach(async () => {
      persistence = await open();
    });

    /** Counts the transactions that Postgres ended for the sake of another one, which are run again. */
    function counted(connect: Connect) {
      const ended: unknown[] = [];
      const counting: Connect = (work) =>
        connect((client) =>
          work({
            query: (statement) =>
              client.query(statement).catch((error) => {
                if (/^40/.test(String(errorCode(error)))) ended.push(error);
                throw error;
              }),
          }),
        );
      return { ended, persistence: pgPersistence(counting, rules) };
    }

    it("never end each other by a deadlock", async () => {
      const posts: VideoPost[] = [];
      for (let n = 0; n < POSTS; n++) posts.push(await savePost(persistence, { parts: 3 }));
      const { ended, persistence: busy } = counted(clients.connect);
      let clock = NOW;
      const anyOf = <T>(values: readonly T[], at: number) => values[at % values.length]!;
      const edit = async (at: number) => {
        const from = (await busy.posts.load(anyOf(posts, at).id))!;
        const file = { ...anyOf(from.files, at), warnings: [`edit ${at}`] };
        // Of a part that has a job already, or had one.
        const jobs = [{ jobId: uuidV7(NOW + at), fileId: file.id, kind: anyOf(["TRANSCODE", "ENCRYPT"] as const, at) }];
        await busy.posts.save({ ...withFile(from, file, jobs, NOW), from }, NOW);
      };
      const work = async (at: number) => {
        const lease = { leaseToken: secretId(), owner: "worker", leaseMs: LEASE_MS };
        const claimed = await busy.jobs.claim({ ...lease, kinds: ["TRANSCODE", "ENCRYPT"], now: clock });
        if (claimed === null) return;
        const { jobId, videoPostId } = claimed.job;
        const held = { jobId, leaseToken: lease.leaseToken, now: clock };
        const progress = { stage: "ENCODING", percent: 1 } as const;
        await busy.jobs.heartbeat({ ...held, leaseMs: LEASE_MS, stage: "ENCODING", progress });
        const from = (await busy.posts.load(videoPostId))!;
        const fence = { kind: "lease", ...held } as const;
        const ends = [{ kind: "succeed" }, { kind: "requeue" }, { kind: "keep" }] as const;
        const change = { from, post: { ...from, title: `job ${at}` }, events: [], jobs: [] };
        const outcome = await busy.posts.save(change, NOW, { fence, jobEnd: anyOf(ends, at) });
        if (outcome !== "saved" && at % 2 === 0) await busy.jobs.release(held);
      };
      const scan = async (at: number) => {
        clock += LEASE_MS + 1;
        await busy.jobs.requeueDue(clock);
        const parts = posts.flatMap((post) =>
          post.files.map(({ id, fileIndex }) => ({ videoPostId: post.id, fileId: id, fileIndex })),
        );
        const missing = parts.map((part) => ({ ...part, jobId: uuidV7(NOW + at), kind: "TRANSCODE" as const }));
        await busy.jobs.createMissing(at % 2 === 0 ? missing : missing.toReversed(), clock, rules);
      };
      const repeat = async (step: (at: number) => Promise<void>, first: number) => {
        for (let at = first; at < first + CALLS; at++) await step(at);
      };
      const loops = [edit, edit, edit, edit, work, work, work, work, work, work, scan, scan];
      await Promise.all(loops.map(repeat));
      expect(ended).toEqual([]);
      const revisions = await persistence.rows("video_post_revision");
      // They did meet: posts were saved, and saved by holders of jobs.
      expect(revisions.length).toBeGreaterThan(CALLS);
      expect((await persistence.rows("video_transcode_job")).some(({ state }) => state === "SUCCEEDED")).toBe(true);
    });
  },
);
