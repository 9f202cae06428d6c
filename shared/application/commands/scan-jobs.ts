import type { JobRules, TranscodeJob } from "../../domain/transcode-job.ts";
import { uuidV7 } from "../../lib/random-id.ts";
import type { JobStore, MissingJob, PendingWorkQueries, TokenStore, VideoPostRepository } from "../ports.ts";
import { failForGood } from "./fail-job.ts";
import { refreshVideoPostTranscodeStatus } from "./refresh-video-post.ts";

export type ScanDeps = {
  readonly posts: VideoPostRepository;
  readonly jobs: JobStore;
  readonly pending: PendingWorkQueries;
  readonly tokens: TokenStore;
  readonly rules: JobRules;
};

export type ScanReport = {
  requeued: number;
  exhausted: number;
  created: number;
  refreshed: number;
  tokensDeleted: number;
};

const SCAN_BATCH = 100;
const TOKEN_BATCH = 500;

/**
 * Puts right what nobody holds any more. Every statement is conditional, so any number of scans may run at once.
 * One job that cannot be settled does not keep the others waiting: it throws when all else is done.
 */
export async function scanJobs(deps: ScanDeps, now: number): Promise<ScanReport> {
  const exhausted = await failExhausted(deps, now);
  const requeued = await deps.jobs.requeueDue(now);
  const created = await deps.jobs.createMissing(await missingJobs(deps.pending, now), now, deps.rules);
  const refreshed = await refreshDrifted(deps, now);
  const tokensDeleted = await deps.tokens.deleteExpired(now, TOKEN_BATCH);
  const errors = [...exhausted, ...refreshed].flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
  if (errors.length > 0) throw new AggregateError(errors, `${errors.length} jobs or posts could not be put right`);
  return { requeued, exhausted: exhausted.length, created, refreshed: refreshed.length, tokensDeleted };
}

async function failExhausted({ posts, jobs }: ScanDeps, now: number) {
  const exhausted = await jobs.listExhausted(now, SCAN_BATCH);
  const fail = (job: TranscodeJob) => {
    const reason = job.failReason ?? `The processor stopped answering, in all of ${job.attempt} attempts.`;
    return failForGood(posts, job, { kind: "expired-lease", jobId: job.jobId, now }, reason, now);
  };
  return Promise.allSettled(exhausted.map(fail));
}

/** Job C: statuses and durations that differ from what the parts say. */
async function refreshDrifted({ posts, pending }: ScanDeps, now: number) {
  const drifted = await pending.listDriftedVideoPosts(SCAN_BATCH);
  return Promise.allSettled(drifted.map((videoPostId) => refreshVideoPostTranscodeStatus(posts, videoPostId, now)));
}

async function missingJobs(pending: PendingWorkQueries, now: number): Promise<MissingJob[]> {
  const [transcode, encrypt] = await Promise.all([
    pending.listTranscodingVideoPosts(SCAN_BATCH),
    pending.listEncryptPendingVideoPosts(SCAN_BATCH),
  ]);
  const missing = (kind: MissingJob["kind"]) => (part: { videoPostId: string; fileId: string }) => {
    return { jobId: uuidV7(now), videoPostId: part.videoPostId, fileId: part.fileId, kind };
  };
  return [...transcode.map(missing("TRANSCODE")), ...encrypt.map(missing("ENCRYPT"))];
}
