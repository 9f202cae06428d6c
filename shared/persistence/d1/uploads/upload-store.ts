import { and, asc, eq, getTableColumns, gt, gte, isNotNull, isNull, lte, notExists, or, sql } from "drizzle-orm";
import type {
  AdvanceUpload,
  CompleteUploadObject,
  DeclareUploadSize,
  UploadRef,
  UploadStore,
} from "../../../application/ports/upload-store.ts";
import { declaredSha256, UPLOAD_REMOVAL_DELAY_MS } from "../../../domain/uploads/upload.ts";
import { batched, type Database } from "../database.ts";
import { uploadSession } from "../schema/uploads.ts";
import { LIVE_VERSION, videoFilePost } from "../schema/video-post.ts";
import { insertCompleted, insertExpired } from "./upload-deliveries.ts";
import { REMOVING } from "./upload-token-store.ts";

export function d1UploadStore(db: Database): UploadStore {
  return {
    open: async (upload) => {
      await db.insert(uploadSession).values(upload);
    },
    openComplete: async (upload, firstAttemptAt) => {
      const at = { now: upload.createdAt, firstAttemptAt };
      const announced = batched(db, insertCompleted(isUpload(upload.uploadId), at));
      await db.batch([db.insert(uploadSession).values(upload), announced]);
    },
    find: async (upload) => (await db.select().from(uploadSession).where(isOwn(upload)).get()) ?? null,
    findAll: (uploadIds, owner) => findAll(db, uploadIds, owner),
    declareSize: (input) => declareSize(db, input),
    advance: (input) => advance(db, input),
    completeObject: (input) => completeObject(db, input),
    beginRemoval: async (uploadId) => (await removal(db, uploadId))[0] ?? null,
    beginExpiry: async (uploadId, at) => {
      const hasExpired = sql`${uploadSession.expiresAt} <> ${REMOVING} AND ${hasPassed(at.now)}`;
      const which = and(isRemovable(db, uploadId), hasExpired);
      const [, begun] = await db.batch([batched(db, insertExpired(which, at)), removal(db, uploadId)]);
      return begun[0] ?? null;
    },
    finishRemoval: async (uploadId) => {
      await db.delete(uploadSession).where(eq(uploadSession.uploadId, uploadId));
    },
    dropUnneeded: (uploadIds) => dropUnneeded(db, uploadIds),
    listRemovable: (now, limit) => listRemovable(db, now, limit),
    findForJob: async (uploadId) => {
      const { size, tempPath, metadata, maxDurationSeconds } = uploadSession;
      const columns = { size, tempPath, maxDurationSeconds, metadata };
      const found = await db.select(columns).from(uploadSession).where(isUpload(uploadId)).get();
      if (found === undefined) return null;
      const { metadata: given, ...upload } = found;
      return { ...upload, sha256: declaredSha256(given) };
    },
  };
}

/** One parameter for any number of ids: D1 binds at most 100. */
function findAll(db: Database, uploadIds: readonly string[], owner: string) {
  const isUsed = sql<boolean>`EXISTS ${partOf(db)}`.mapWith(Boolean);
  return db
    .select({ ...getTableColumns(uploadSession), isUsed })
    .from(uploadSession)
    .where(
      and(
        sql`${uploadSession.uploadId} IN (SELECT value FROM json_each(${JSON.stringify(uploadIds)}))`,
        eq(uploadSession.owner, owner),
      ),
    );
}

async function declareSize(db: Database, { size, ...upload }: DeclareUploadSize): Promise<boolean> {
  const isOpen = and(isOwn(upload), isNull(uploadSession.size));
  const [, declared] = await db.batch([
    batched(db, insertCompleted(and(isOpen, eq(uploadSession.offset, size)), upload, size)),
    db
      .update(uploadSession)
      .set({ size, state: sql`CASE WHEN ${uploadSession.offset} = ${size} THEN 'COMPLETE' ELSE 'OPEN' END` })
      .where(and(isOpen, sql`${uploadSession.offset} <= ${size}`))
      .returning({ uploadId: uploadSession.uploadId }),
  ]);
  return declared.length === 1;
}

async function advance(db: Database, { from, to, expiresAt, ...upload }: AdvanceUpload): Promise<boolean> {
  const isNext = and(isOwn(upload), eq(uploadSession.offset, from), gt(uploadSession.expiresAt, upload.now));
  const [, advanced] = await db.batch([
    batched(db, insertCompleted(and(isNext, eq(uploadSession.size, to)), upload)),
    db
      .update(uploadSession)
      .set({
        offset: to,
        state: sql`CASE WHEN ${uploadSession.size} = ${to} THEN 'COMPLETE' ELSE 'OPEN' END`,
        expiresAt,
      })
      .where(and(isNext, or(isNull(uploadSession.size), gte(uploadSession.size, to))))
      .returning({ uploadId: uploadSession.uploadId }),
  ]);
  return advanced.length === 1;
}

async function completeObject(db: Database, { expiresAt, ...upload }: CompleteUploadObject): Promise<boolean> {
  const isOpen = and(
    isOwn(upload),
    eq(uploadSession.state, "OPEN"),
    isNotNull(uploadSession.multipartId),
    gt(uploadSession.expiresAt, upload.now),
  );
  const [, completed] = await db.batch([
    batched(db, insertCompleted(isOpen, upload)),
    db
      .update(uploadSession)
      .set({ state: "COMPLETE", offset: sql`${uploadSession.size}`, expiresAt })
      .where(isOpen)
      .returning({ uploadId: uploadSession.uploadId }),
  ]);
  return completed.length === 1;
}

function removal(db: Database, uploadId: string) {
  return db.update(uploadSession).set({ expiresAt: REMOVING }).where(isRemovable(db, uploadId)).returning();
}

async function dropUnneeded(db: Database, uploadIds: readonly string[]): Promise<readonly string[]> {
  if (uploadIds.length === 0) return [];
  const unneeded = sql`SELECT value FROM json_each(${JSON.stringify(uploadIds)}) WHERE NOT EXISTS (
    SELECT 1 FROM video_file_post f JOIN video_post p ON p.id = f.video_id
    WHERE f.upload_id = value AND p.deleted_at IS NULL AND f.${LIVE_VERSION} AND NOT (p.published_at IS NOT NULL
      AND f.transfer_result = 'SUCCESS' AND f.encrypt_status = 'ENCRYPTED' AND f.enc_path_job_id IS f.file_path_job_id))`;
  const [rows] = await db.batch([
    db.select({ uploadId: sql<string>`value` }).from(sql`(${unneeded})`),
    db.delete(uploadSession).where(sql`${uploadSession.uploadId} IN (${unneeded})`),
  ]);
  return rows.map(({ uploadId }) => uploadId);
}

async function listRemovable(db: Database, now: number, limit: number): Promise<readonly string[]> {
  const rows = await db
    .select({ uploadId: uploadSession.uploadId })
    .from(uploadSession)
    .where(and(hasPassed(now), notExists(partOf(db)), MAKES_NO_POST))
    .orderBy(asc(uploadSession.expiresAt))
    .limit(limit);
  return rows.map(({ uploadId }) => uploadId);
}

/** The removal delay is over. */
const hasPassed = (now: number) => lte(uploadSession.expiresAt, now - UPLOAD_REMOVAL_DELAY_MS);

const isRemovable = (db: Database, uploadId: string) =>
  and(isUpload(uploadId), notExists(partOf(db)), HAS_NO_RESERVED_POST);

const isUpload = (uploadId: string) => eq(uploadSession.uploadId, uploadId);

const isOwn = ({ uploadId, owner }: UploadRef) => and(isUpload(uploadId), eq(uploadSession.owner, owner));

/** The token's post is reserved and not saved yet. */
const HAS_NO_RESERVED_POST = sql`NOT EXISTS (SELECT 1 FROM upload_token t WHERE t.token_id = ${uploadSession.tokenId}
  AND t.upload_id = ${uploadSession.uploadId} AND t.ended_at IS NULL AND t.video_post_id IS NOT NULL)`;

/** A complete upload waits for the post of its token, unless the token is revoked. */
const MAKES_NO_POST = sql`NOT (${uploadSession.state} = 'COMPLETE' AND EXISTS (
  SELECT 1 FROM upload_token t WHERE t.token_id = ${uploadSession.tokenId}
  AND t.upload_id = ${uploadSession.uploadId} AND t.ended_at IS NULL))`;

/** A part of the outer statement's upload. */
function partOf(db: Database) {
  return db.select({ one: sql`1` }).from(videoFilePost).where(eq(videoFilePost.uploadId, uploadSession.uploadId));
}
