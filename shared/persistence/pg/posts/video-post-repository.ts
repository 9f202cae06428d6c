import { type SQL, sql } from "drizzle-orm";
import type {
  Receipt,
  Save,
  SaveFence,
  SaveOptions,
  SaveOutcome,
  VideoPostRepository,
} from "../../../application/ports/video-post-repository.ts";
import { identifyEvents } from "../../../domain/events/domain-event.ts";
import type { JobRules } from "../../../domain/job/transcode-job.ts";
import { storedTrace } from "../../../domain/post/post-trace.ts";
import { secretId } from "../../../lib/random-id.ts";
import { isHeldBy, storeAnswer } from "../access/idempotency-store.ts";
import { type Database, jsonb } from "../database.ts";
import {
  cancelJobsOf,
  cancelJobsOfFiles,
  endJob,
  insertJobs,
  lockLiveJobs,
  takeBackJobs,
} from "../jobs/job-statements.ts";
import { announceChange } from "../playback/revocation-feed.ts";
import { encoderJob } from "../schema/encoder.ts";
import { aggregateStatements } from "./aggregate-statements.ts";
import { loadPost } from "./load-post.ts";
import { saveRefusal } from "./save-refusal.ts";
import { upsertChanged } from "./write-rows.ts";

export function pgVideoPostRepository(db: Database, rules: JobRules): VideoPostRepository {
  return {
    load: (videoPostId) => loadPost(db, videoPostId),
    save: (change, now, options) => save(db, rules, change, now, options),
  };
}

async function save(
  db: Database,
  rules: JobRules,
  change: Save,
  now: number,
  options?: SaveOptions,
): Promise<SaveOutcome> {
  if (change.from !== null && change.from.version !== change.post.version)
    throw new Error("a save is of what was loaded");
  const revision = { videoPostId: change.post.id, version: change.post.version + 1, saveId: secretId() };
  const rows = aggregateStatements(change, revision.version, now);
  try {
    // In the order of locks that docs/persistence.md describes.
    await db.batch([
      lockLiveJobs(change.post.id),
      insertRevision(revision, change, now, options),
      ...rows.post,
      ...jobStatements(change, rules, now, options),
      ...rows.parts,
      ...receiptOf(change),
      ...(change.encoderJob === undefined ? [] : upsertChanged(encoderJob, [], [change.encoderJob])),
      ...announceChange({ kind: "post-changed", subject: change.post.id }, now),
    ]);
    return "saved";
  } catch (error) {
    const refusal = saveRefusal(error);
    if (refusal !== null) return refusal;
    if (await wasSaved(db, revision)) return "saved";
    throw new Error("the post could not be saved", { cause: error });
  }
}

type Revision = { readonly videoPostId: string; readonly version: number; readonly saveId: string };

function insertRevision(
  { videoPostId, version, saveId }: Revision,
  { events, trace, post, receipt }: Save,
  now: number,
  options: SaveOptions | undefined,
): SQL {
  const identified = identifyEvents({ videoPostId, version, at: now }, events);
  return sql`INSERT INTO video_post_revision
      (video_post_id, version, save_id, events, actor, change, lease_guard, created_at, dispatched_at)
    VALUES (${videoPostId}, ${version}, ${saveId}, ${jsonb(identified)}, ${trace?.actor ?? null},
      ${jsonb(trace && storedTrace(trace, post))}, ${leaseGuard(options?.fence, receipt)}, ${now},
      ${events.length === 0 ? now : null})`;
}

function jobStatements(change: Save, rules: JobRules, now: number, options: SaveOptions | undefined): SQL[] {
  const { post, jobs, endedFiles = [], takenBack = [] } = change;
  return [
    ...(options === undefined ? [] : endJob(options, now)),
    ...cancelJobsOfFiles(endedFiles, now),
    ...takeBackJobs(takenBack, now),
    ...insertJobs(post.id, jobs, rules, now),
    ...(post.deletedAt === null ? [] : cancelJobsOf(post.id, now)),
  ];
}

/** A transaction whose reply was lost may have been carried out: its revision then holds our save_id. */
async function wasSaved(db: Database, { videoPostId, version, saveId }: Revision): Promise<boolean> {
  const { rows } = await db.run(sql`SELECT save_id FROM video_post_revision
    WHERE video_post_id = ${videoPostId} AND version = ${version}`);
  return rows[0]?.save_id === saveId;
}

/**
 * 1 while what the save depends on holds: the job of its fence, the claim of its request. Both hold until the commit:
 * the key is locked here, and the job by the first statement, if it is live. An ended job changes by a save alone, and
 * so with the version of its post.
 */
function leaseGuard(fence: SaveFence | undefined, receipt: Receipt | undefined): SQL {
  const conditions = [
    ...(fence === undefined
      ? []
      : [sql`EXISTS (SELECT FROM video_transcode_job j WHERE j.job_id = ${fence.jobId} AND ${stillAs(fence)})`]),
    ...(receipt === undefined
      ? []
      : [sql`EXISTS (SELECT FROM idempotency_key WHERE ${isHeldBy(receipt.claim)} FOR UPDATE)`]),
  ];
  return conditions.length === 0 ? sql`1` : sql`(SELECT 1 WHERE ${sql.join(conditions, sql` AND `)})`;
}

function receiptOf({ receipt }: Save): readonly SQL[] {
  return receipt === undefined || receipt.answer === null ? [] : [storeAnswer(receipt.claim, receipt.answer)];
}

function stillAs(fence: SaveFence): SQL {
  switch (fence.kind) {
    case "lease":
      return sql`j.state = 'RUNNING' AND j.lease_token = ${fence.leaseToken}`;
    case "expired-lease":
      return sql`j.state = 'RUNNING' AND j.lease_expires_at < ${fence.now}`;
    case "live-job":
      return sql`j.state IN ('QUEUED', 'RUNNING', 'RETRY_WAIT')`;
    case "waiting-job":
      return sql`j.state IN ('QUEUED', 'RETRY_WAIT')`;
    case "ended-job":
      // The ids of jobs are in the order of their creation.
      return sql`j.state = ${fence.state} AND NOT EXISTS (SELECT FROM video_transcode_job newer
        WHERE newer.file_id = j.file_id AND newer.kind = j.kind AND newer.job_id > j.job_id)`;
    default:
      return fence satisfies never;
  }
}
