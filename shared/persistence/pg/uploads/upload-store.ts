import { type SQL, sql } from "drizzle-orm";
import type {
  AdvanceUpload,
  CompleteUploadObject,
  DeclareUploadSize,
  UploadRef,
  UploadStore,
  UploadWithUse,
} from "../../../application/ports/upload-store.ts";
import type { CreatedAt } from "../../../application/ports/webhook-deliveries.ts";
import { declaredSha256, type Upload } from "../../../domain/uploads/upload.ts";
import { columnsOf, type Database, rowOf, rowValues, texts } from "../database.ts";
import { uploadSession } from "../schema/uploads.ts";
import { LIVE_VERSION } from "../schema/video-post.ts";
import { insertCompleted } from "./upload-deliveries.ts";
import { beginRemoval, hasPassed, IS_USED, MAKES_NO_POST } from "./upload-removal.ts";

export function pgUploadStore(db: Database): UploadStore {
  return {
    open: async (upload) => {
      await db.run(insertUpload(upload));
    },
    openComplete: async (upload, firstAttemptAt) => {
      await changed(db, insertUpload(upload), { now: upload.createdAt, firstAttemptAt });
    },
    find: async (upload) => {
      const { rows } = await db.run(sql`SELECT ${COLUMNS} FROM upload_session u WHERE ${isOwn(upload)}`);
      return rows[0] === undefined ? null : rowOf(uploadSession, rows[0]);
    },
    findAll: (uploadIds, owner) => findAll(db, uploadIds, owner),
    declareSize: (input) => declareSize(db, input),
    advance: (input) => advance(db, input),
    completeObject: (input) => completeObject(db, input),
    beginRemoval: (uploadId) => beginRemoval(db, uploadId, null),
    beginExpiry: (uploadId, at) => beginRemoval(db, uploadId, at),
    finishRemoval: async (uploadId) => {
      await db.run(sql`DELETE FROM upload_session WHERE upload_id = ${uploadId}`);
    },
    dropUnneeded: (uploadIds) => dropUnneeded(db, uploadIds),
    listRemovable: async (now, limit) => {
      const { rows } = await db.run(sql`SELECT upload_id FROM upload_session u
        WHERE ${hasPassed(now)} AND NOT ${IS_USED} AND ${MAKES_NO_POST} ORDER BY expires_at LIMIT ${limit}`);
      return rows.map(({ upload_id }) => upload_id as string);
    },
    findForJob: async (uploadId) => {
      const { rows } = await db.run(sql`SELECT ${COLUMNS} FROM upload_session u WHERE upload_id = ${uploadId}`);
      if (rows[0] === undefined) return null;
      const { size, tempPath, maxDurationSeconds, metadata } = rowOf(uploadSession, rows[0]);
      return { size, tempPath, maxDurationSeconds, sha256: declaredSha256(metadata) };
    },
  };
}

const COLUMNS = columnsOf(uploadSession, "u");

const isOwn = ({ uploadId, owner }: UploadRef): SQL => sql`u.upload_id = ${uploadId} AND u.owner = ${owner}`;

export function insertUpload(upload: Upload): SQL {
  return sql`INSERT INTO upload_session AS u ${rowValues(uploadSession, upload)}`;
}

/**
 * Runs a statement that changes at most one upload, and stores the deliveries of its completion with it. Of two at once
 * the second waits for the row and compares its condition with what the first has written.
 */
async function changed(db: Database, change: SQL, at: CreatedAt): Promise<boolean> {
  const { rows } = await db.run(sql`WITH changed AS (${change} RETURNING ${COLUMNS}),
      announced AS (${insertCompleted(sql`changed`, at)})
    SELECT 1 FROM changed`);
  return rows.length === 1;
}

async function findAll(db: Database, uploadIds: readonly string[], owner: string): Promise<readonly UploadWithUse[]> {
  const { rows } = await db.run(sql`SELECT ${COLUMNS}, ${IS_USED} AS is_used FROM upload_session u
    WHERE u.upload_id = ANY(${texts(uploadIds)}) AND u.owner = ${owner}`);
  return rows.map((row) => ({ ...rowOf(uploadSession, row), isUsed: row.is_used === true }));
}

function declareSize(db: Database, { size, ...upload }: DeclareUploadSize): Promise<boolean> {
  const change = sql`UPDATE upload_session u SET size = ${size}::bigint,
      state = CASE WHEN u."offset" = ${size}::bigint THEN 'COMPLETE' ELSE 'OPEN' END
    WHERE ${isOwn(upload)} AND u.size IS NULL AND u."offset" <= ${size}::bigint`;
  return changed(db, change, upload);
}

function advance(db: Database, { from, to, expiresAt, ...upload }: AdvanceUpload): Promise<boolean> {
  const change = sql`UPDATE upload_session u SET "offset" = ${to}::bigint, expires_at = ${expiresAt},
      state = CASE WHEN u.size = ${to}::bigint THEN 'COMPLETE' ELSE 'OPEN' END
    WHERE ${isOwn(upload)} AND u."offset" = ${from} AND u.expires_at > ${upload.now}
      AND (u.size IS NULL OR u.size >= ${to}::bigint)`;
  return changed(db, change, upload);
}

function completeObject(db: Database, { expiresAt, ...upload }: CompleteUploadObject): Promise<boolean> {
  const change = sql`UPDATE upload_session u SET state = 'COMPLETE', "offset" = u.size, expires_at = ${expiresAt}
    WHERE ${isOwn(upload)} AND u.state = 'OPEN' AND u.multipart_id IS NOT NULL AND u.expires_at > ${upload.now}`;
  return changed(db, change, upload);
}

async function dropUnneeded(db: Database, uploadIds: readonly string[]): Promise<readonly string[]> {
  if (uploadIds.length === 0) return [];
  const { rows } = await db.run(sql`WITH unneeded AS (
      SELECT a.id FROM unnest(${texts(uploadIds)}) a(id) WHERE NOT EXISTS (
        SELECT 1 FROM video_file_post f JOIN video_post p ON p.id = f.video_id
        WHERE f.upload_id = a.id AND p.deleted_at IS NULL AND f.${LIVE_VERSION} AND NOT (p.published_at IS NOT NULL
          AND f.transfer_result = 'SUCCESS' AND f.encrypt_status = 'ENCRYPTED'
          AND f.enc_path_job_id IS NOT DISTINCT FROM f.file_path_job_id))),
      dropped AS (DELETE FROM upload_session u USING unneeded n WHERE u.upload_id = n.id)
    SELECT id FROM unneeded`);
  return rows.map(({ id }) => id as string);
}
