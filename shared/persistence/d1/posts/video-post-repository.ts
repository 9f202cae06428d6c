import { and, asc, eq, inArray, type SQL, sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
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
import { NO_ROWS, rowsOf, videoPostOf } from "../../rows/video-post-rows.ts";
import { WRITE_RULES } from "../../rows/write-rules.ts";
import { isHeldBy, storeAnswer } from "../access/idempotency-store.ts";
import { batched, type Database } from "../database.ts";
import { cancelJobsOf, cancelJobsOfFiles, endJob, insertJobs, takeBackJobs } from "../jobs/job-statements.ts";
import { announceChange } from "../playback/revocation-feed.ts";
import { encoderJob } from "../schema/encoder.ts";
import { videoTranscodeJob as job } from "../schema/jobs.ts";
import { singleKeySource, videoHlsEncryptKey, videoHlsQualityAuth } from "../schema/playback.ts";
import { videoFilePost, videoHlsAbrVariant, videoPost, videoPostRevision } from "../schema/video-post.ts";
import { saveRefusal } from "./save-refusal.ts";
import { deleteMissing, MAX_PARAMETER_BYTES, upsertChanged } from "./write-rows.ts";

export function d1VideoPostRepository(db: Database, rules: JobRules): VideoPostRepository {
  return {
    load: (videoPostId) => load(db, videoPostId),
    save: (change, now, options) => save(db, rules, change, now, options),
  };
}

async function load(db: Database, videoPostId: string) {
  const loaded = and(eq(videoFilePost.videoId, videoPostId), sql`version_state IN ('PRESENT', 'NEXT', 'REPLACED')`);
  const ids = db.select({ id: videoFilePost.id }).from(videoFilePost).where(loaded);
  const [posts, files, variants, keys, qualityAuth, singleKeys] = await db.batch([
    db.select().from(videoPost).where(eq(videoPost.id, videoPostId)),
    db.select().from(videoFilePost).where(loaded).orderBy(asc(videoFilePost.position)),
    db
      .select()
      .from(videoHlsAbrVariant)
      .where(inArray(videoHlsAbrVariant.fileId, ids))
      .orderBy(videoHlsAbrVariant.transcodeJobId, videoHlsAbrVariant.alias),
    db
      .select()
      .from(videoHlsEncryptKey)
      // In the words of the partial index.
      .where(and(inArray(videoHlsEncryptKey.fileId, ids), sql`status <> 'REVOKED'`))
      .orderBy(videoHlsEncryptKey.keyVersion, videoHlsEncryptKey.createdAt, videoHlsEncryptKey.keyId),
    db
      .select()
      .from(videoHlsQualityAuth)
      .where(inArray(videoHlsQualityAuth.fileId, ids))
      .orderBy(videoHlsQualityAuth.fileId, videoHlsQualityAuth.quality),
    db.select().from(singleKeySource).where(inArray(singleKeySource.fileId, ids)),
  ]);
  return videoPostOf({ posts, files, variants, keys: keys.map(withoutTime), qualityAuth, singleKeys });
}

function withoutTime({ revokedAt: _, ...key }: typeof videoHlsEncryptKey.$inferSelect) {
  return key;
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
  const saveId = secretId();
  const version = change.post.version + 1;
  const events = identifyEvents({ videoPostId: change.post.id, version, at: now }, change.events);
  if (JSON.stringify(events).length * 3 > MAX_PARAMETER_BYTES) throw new Error("the events of a save are too long");
  const statements: [BatchItem<"sqlite">, ...BatchItem<"sqlite">[]] = [
    db.insert(videoPostRevision).values({
      videoPostId: change.post.id,
      version,
      saveId,
      events,
      ...traceColumns(change),
      leaseGuard: leaseGuard(options?.fence, change.receipt) as unknown as number,
      createdAt: now,
      dispatchedAt: change.events.length === 0 ? now : null,
    }),
    ...aggregateStatements(change, version, now).map((statement) => batched(db, statement)),
    ...(options === undefined ? [] : endJob(options, now).map((statement) => batched(db, statement))),
    ...cancelJobsOfFiles(change.endedFiles ?? [], now).map((statement) => batched(db, statement)),
    ...takeBackJobs(change.takenBack ?? [], now).map((statement) => batched(db, statement)),
    ...receiptOf(change).map((statement) => batched(db, statement)),
    ...(change.encoderJob === undefined ? [] : [db.insert(encoderJob).values(change.encoderJob)]),
    batched(db, announceChange({ kind: "post-changed", subject: change.post.id }, now)),
    ...insertJobs(change.post.id, change.jobs, rules, now).map((statement) => batched(db, statement)),
    ...(change.post.deletedAt === null
      ? []
      : cancelJobsOf(change.post.id, now).map((statement) => batched(db, statement))),
  ];
  try {
    await db.batch(statements);
    return "saved";
  } catch (error) {
    return (await wasSaved(db, saveId, change.post.id, version)) ? "saved" : refusalOrThrow(error);
  }
}

function traceColumns({ trace, post }: Save) {
  return trace === undefined ? {} : { actor: trace.actor, change: storedTrace(trace, post) };
}

function refusalOrThrow(error: unknown): SaveOutcome {
  const refusal = saveRefusal(error);
  if (refusal === null) throw new Error("the post could not be saved", { cause: error });
  return refusal;
}

/** A batch whose reply was lost may have been carried out: its revision then holds our save_id. */
async function wasSaved(db: Database, saveId: string, videoPostId: string, version: number): Promise<boolean> {
  const rows = await db
    .select({ saveId: videoPostRevision.saveId })
    .from(videoPostRevision)
    .where(sql`${videoPostRevision.videoPostId} = ${videoPostId} AND ${videoPostRevision.version} = ${version}`);
  return rows[0]?.saveId === saveId;
}

/** 1 while what the save depends on holds: the job of its fence, the claim of its request. */
function leaseGuard(fence: SaveFence | undefined, receipt: Receipt | undefined): SQL {
  const conditions = [
    ...(fence === undefined
      ? []
      : [sql`EXISTS (SELECT 1 FROM ${job} WHERE ${job.jobId} = ${fence.jobId} AND ${stillAs(fence)})`]),
    ...(receipt === undefined ? [] : [sql`EXISTS (SELECT 1 FROM idempotency_key WHERE ${isHeldBy(receipt.claim)})`]),
  ];
  return conditions.length === 0 ? sql`1` : sql`(SELECT 1 WHERE ${sql.join(conditions, sql` AND `)})`;
}

function receiptOf({ receipt }: Save): readonly SQL[] {
  return receipt === undefined || receipt.answer === null ? [] : [storeAnswer(receipt.claim, receipt.answer)];
}

function stillAs(fence: SaveFence): SQL {
  switch (fence.kind) {
    case "lease":
      return sql`${job.state} = 'RUNNING' AND ${job.leaseToken} = ${fence.leaseToken}`;
    case "expired-lease":
      return sql`${job.state} = 'RUNNING' AND ${job.leaseExpiresAt} < ${fence.now}`;
    case "live-job":
      return sql`${job.state} IN ('QUEUED', 'RUNNING', 'RETRY_WAIT')`;
    case "waiting-job":
      return sql`${job.state} IN ('QUEUED', 'RETRY_WAIT')`;
    case "ended-job":
      // The ids of jobs are in the order of their creation.
      return sql`${job.state} = ${fence.state} AND NOT EXISTS (SELECT 1 FROM ${job} AS newer
        WHERE newer.file_id = ${job.fileId} AND newer.kind = ${job.kind} AND newer.job_id > ${job.jobId})`;
    default:
      return fence satisfies never;
  }
}

function aggregateStatements({ from, post }: Save, version: number, now: number): SQL[] {
  const before = from === null ? NO_ROWS : rowsOf(from);
  const after = rowsOf({ ...post, version });
  const revoked = (keys: typeof after.keys) =>
    keys.map((key) => ({ ...key, revokedAt: key.status === "REVOKED" ? now : null }));
  return [
    ...upsertChanged(videoPost, before.posts, after.posts),
    ...upsertChanged(videoFilePost, before.files, after.files, WRITE_RULES.files),
    ...deleteMissing(videoHlsAbrVariant, before.variants, after.variants),
    ...upsertChanged(videoHlsAbrVariant, before.variants, after.variants),
    // A key that has been there is never deleted here: its version keeps its number.
    ...upsertChanged(videoHlsEncryptKey, revoked(before.keys), revoked(after.keys), WRITE_RULES.keys),
    ...deleteMissing(videoHlsQualityAuth, before.qualityAuth, after.qualityAuth),
    ...upsertChanged(videoHlsQualityAuth, before.qualityAuth, after.qualityAuth),
    ...deleteMissing(singleKeySource, before.singleKeys, after.singleKeys),
    ...upsertChanged(singleKeySource, before.singleKeys, after.singleKeys, WRITE_RULES.singleKeys),
  ];
}
