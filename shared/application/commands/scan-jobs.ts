import type { JobRules, TranscodeJob } from "../../domain/job/transcode-job.ts";
import { SYSTEM } from "../../domain/post/post-trace.ts";
import { uuidV7 } from "../../lib/random-id.ts";
import { type IsolatedSteps, runIsolated } from "../isolated-steps.ts";
import type { JobStore, MissingJob } from "../ports/job-store.ts";
import type { PendingWorkQueries } from "../ports/pending-work-queries.ts";
import type { RevocationFeed } from "../ports/revocation-feed.ts";
import type { VideoPostRepository } from "../ports/video-post-repository.ts";
import { failForGood } from "./fail-job.ts";
import { refreshVideoPostTranscodeStatus } from "./refresh-video-post.ts";

export type ScanDeps = {
  readonly posts: VideoPostRepository;
  readonly jobs: JobStore;
  readonly pending: PendingWorkQueries;
  readonly revocations: RevocationFeed;
  readonly rules: JobRules;
};

export type ScanReport = {
  requeued: number;
  exhausted: number;
  created: number;
  refreshed: number;
  revocationsDeleted: number;
};

/** Parts that lack a job: a few statements read and write any number of them. */
const MISSING_AT_ONCE = 100;
/** Jobs and posts that are loaded and saved one by one, some 20 statements each. The next scan takes the rest. */
const SAVED_AT_ONCE = 10;
/** Rows per statement, and statements per scan. */
const FEED_BATCH = 1000;
const FEED_ROUNDS = 10;

/**
 * Requeues, ends and creates what nobody holds. Every statement is conditional, so any number of scans may run at once.
 * A step or a job that fails stops no other one: the scan throws when all else is done.
 */
export async function scanJobs(deps: ScanDeps, now: number): Promise<ScanReport> {
  const { jobs, pending, rules, revocations } = deps;
  const report: ScanReport = { requeued: 0, exhausted: 0, created: 0, refreshed: 0, revocationsDeleted: 0 };
  await runIsolated({
    "the end of exhausted jobs": async () => {
      const exhausted = await jobs.listExhausted(now, SAVED_AT_ONCE);
      report.exhausted = exhausted.length;
      await runIsolated(
        named(
          exhausted,
          ({ jobId }) => `job ${jobId}`,
          (job) => failExhausted(deps, job, now),
        ),
      );
    },
    "the return of due jobs": async () => {
      report.requeued = await jobs.requeueDue(now);
    },
    "the creation of missing jobs": async () => {
      report.created = await jobs.createMissing(await missingJobs(pending, now), now, rules);
    },
    "the refresh of posts": async () => {
      const drifted = await pending.listDriftedVideoPosts(SAVED_AT_ONCE);
      report.refreshed = drifted.length;
      const refresh = (id: string) => refreshVideoPostTranscodeStatus(deps.posts, id, SYSTEM, now);
      await runIsolated(named(drifted, (id) => `post ${id}`, refresh));
    },
    "the deletion of expired revocations": async () => {
      report.revocationsDeleted = await deleteExpiredRevocations(revocations, now);
    },
  });
  return report;
}

async function deleteExpiredRevocations(revocations: RevocationFeed, now: number): Promise<number> {
  let total = 0;
  for (let round = 0; round < FEED_ROUNDS; round++) {
    const deleted = await revocations.deleteExpired(now, FEED_BATCH);
    total += deleted;
    if (deleted < FEED_BATCH) break;
  }
  return total;
}

function named<T>(all: readonly T[], nameOf: (one: T) => string, run: (one: T) => Promise<unknown>): IsolatedSteps {
  return Object.fromEntries(all.map((one) => [nameOf(one), () => run(one)]));
}

function failExhausted(deps: ScanDeps, job: TranscodeJob, now: number) {
  const silent = `The processor stopped answering, in all of ${job.attempt} attempts.`;
  const failure = { code: job.failCode ?? "attempts-exhausted", reason: job.failReason ?? silent } as const;
  return failForGood(deps, job, { kind: "expired-lease", jobId: job.jobId, now }, failure, now);
}

async function missingJobs(pending: PendingWorkQueries, now: number): Promise<MissingJob[]> {
  const [transcode, encrypt] = await Promise.all([
    pending.listTranscodingVideoPosts(MISSING_AT_ONCE),
    pending.listEncryptPendingVideoPosts(MISSING_AT_ONCE),
  ]);
  const missing = (kind: MissingJob["kind"]) => (part: { videoPostId: string; fileId: string }) => {
    return { jobId: uuidV7(now), videoPostId: part.videoPostId, fileId: part.fileId, kind };
  };
  return [...transcode.map(missing("TRANSCODE")), ...encrypt.map(missing("ENCRYPT"))];
}
