import { and, asc, desc, eq, getTableColumns, isNull, type SQL, sql } from "drizzle-orm";
import type {
  ListUploadTokens,
  OpenTokenUpload,
  ReserveTokenPost,
  RevokeUploadToken,
  UploadTokenRevocation,
  UploadTokenStore,
} from "../../../application/ports/upload-token-store.ts";
import type { UploadTokenWithUpload } from "../../../domain/uploads/upload-token.ts";
import { batched, type Database } from "../database.ts";
import { uploadSession, uploadToken } from "../schema/uploads.ts";
import { insertExpiredTokens } from "./upload-deliveries.ts";

/** The expiry of an upload that is being removed: 0 is always in the past, and an expired upload takes no chunk. */
export const REMOVING = 0;
/** Empty uploads of one token that wait for their removal. The next creation is refused until the sweep has removed one. */
const MOST_REPLACED = 20;

export function d1UploadTokenStore(db: Database): UploadTokenStore {
  return {
    create: async (token) => {
      await db.insert(uploadToken).values(token);
    },
    find: async (tokenId) => {
      const [found] = await withUpload(db).where(eq(uploadToken.tokenId, tokenId));
      return found === undefined ? null : tokenOf(found);
    },
    list: (input) => list(db, input),
    openUpload: (input) => openUpload(db, input),
    reservePost: (input) => reservePost(db, input),
    markPostCreated: async (tokenId, now) => {
      await db
        .update(uploadToken)
        .set({ postCreatedAt: now, endedAt: now })
        .where(and(eq(uploadToken.tokenId, tokenId), isNull(uploadToken.postCreatedAt)));
    },
    listCompleted: async (limit) => {
      const rows = await db.all<{ tokenId: string }>(sql`
        SELECT t.token_id AS tokenId FROM upload_token t INDEXED BY upload_token_uploading
        CROSS JOIN upload_session u ON u.upload_id = t.upload_id
        WHERE t.ended_at IS NULL AND t.upload_id IS NOT NULL AND u.state = 'COMPLETE' AND u.expires_at <> ${REMOVING}
        ORDER BY t.token_id LIMIT ${limit}`);
      return rows.map(({ tokenId }) => tokenId);
    },
    revoke: (input) => revoke(db, input),
    endExpired: async (at, limit) => {
      const which = sql`upload_token.token_id IN (
        SELECT token_id FROM upload_token
        WHERE ended_at IS NULL AND expires_at <= ${at.now} AND video_post_id IS NULL AND ${hasNoUpload(at.now)}
        ORDER BY expires_at LIMIT ${limit})`;
      const [ended] = await db.batch([
        db.update(uploadToken).set({ endedAt: at.now }).where(which).returning({ tokenId: uploadToken.tokenId }),
        batched(db, insertExpiredTokens(at)),
      ]);
      return ended.map(({ tokenId }) => tokenId);
    },
    deleteEnded: async (endedBefore, limit) => {
      const result = await db.run(sql`DELETE FROM upload_token WHERE token_id IN (
        SELECT token_id FROM upload_token WHERE ended_at IS NOT NULL AND ended_at < ${endedBefore}
        ORDER BY ended_at LIMIT ${limit})`);
      return result.meta.changes;
    },
  };
}

function withUpload(db: Database) {
  const { size, offset, state, expiresAt, metadata } = uploadSession;
  return db
    .select({ token: getTableColumns(uploadToken), upload: { size, offset, state, expiresAt, metadata } })
    .from(uploadToken)
    .leftJoin(uploadSession, eq(uploadSession.uploadId, uploadToken.uploadId))
    .$dynamic();
}

type Joined = Awaited<ReturnType<typeof withUpload>>[number];

function tokenOf({ token, upload }: Joined): UploadTokenWithUpload {
  return { ...token, upload };
}

async function list(db: Database, { owner, limit, after }: ListUploadTokens) {
  const isOwn = owner === null ? undefined : eq(uploadToken.owner, owner);
  const isBehind = after === null ? undefined : sql`${uploadToken.tokenId} < ${after}`;
  const rows = await withUpload(db).where(and(isOwn, isBehind)).orderBy(desc(uploadToken.tokenId)).limit(limit);
  return rows.map(tokenOf);
}

/** Neither a complete upload nor one that still takes chunks. */
function hasNoUpload(now: number): SQL {
  return sql`NOT EXISTS (SELECT 1 FROM upload_session u WHERE u.upload_id = upload_token.upload_id
    AND (u.state = 'COMPLETE' OR u.expires_at > ${now}))`;
}

/** One transaction: the upload without bytes ends, the token names the new one, and only then the new one is stored. */
async function openUpload(db: Database, { tokenId, upload, now }: OpenTokenUpload): Promise<boolean> {
  const isUsable = sql`token_id = ${tokenId} AND ended_at IS NULL AND video_post_id IS NULL AND expires_at > ${now}`;
  const { metadata, ...columns } = upload;
  const values = { ...columns, metadata: JSON.stringify(metadata) };
  const [, , opened] = await db.batch([
    batched(
      db,
      sql`UPDATE upload_session SET expires_at = ${REMOVING} WHERE state = 'OPEN' AND "offset" = 0
        AND upload_id = (SELECT upload_id FROM upload_token WHERE ${isUsable})
        AND (SELECT count(*) FROM upload_session r WHERE r.expires_at = ${REMOVING} AND r.token_id = ${tokenId})
          < ${MOST_REPLACED}`,
    ),
    batched(db, sql`UPDATE upload_token SET upload_id = ${upload.uploadId} WHERE ${isUsable} AND ${hasNoUpload(now)}`),
    batched(
      db,
      sql`INSERT INTO upload_session (upload_id, owner, size, "offset", temp_path, state, metadata, expires_at,
          created_at, token_id, max_duration_seconds, multipart_id, part_size)
        SELECT ${values.uploadId}, ${values.owner}, ${values.size}, ${values.offset}, ${values.tempPath},
          ${values.state}, ${values.metadata}, ${values.expiresAt}, ${values.createdAt}, ${values.tokenId},
          ${values.maxDurationSeconds}, ${values.multipartId}, ${values.partSize}
        WHERE EXISTS (SELECT 1 FROM upload_token WHERE token_id = ${tokenId} AND upload_id = ${upload.uploadId})`,
    ),
  ]);
  return opened.meta.changes === 1;
}

async function reservePost(db: Database, { tokenId, videoPostId }: ReserveTokenPost): Promise<string | null> {
  const rows = await db.all<{ videoPostId: string }>(sql`
    UPDATE upload_token SET video_post_id = coalesce(video_post_id, ${videoPostId})
    WHERE token_id = ${tokenId} AND revoked_at IS NULL AND (video_post_id IS NOT NULL OR EXISTS (
      SELECT 1 FROM upload_session u WHERE u.upload_id = upload_token.upload_id
        AND u.state = 'COMPLETE' AND u.expires_at <> ${REMOVING}))
    RETURNING video_post_id AS videoPostId`);
  return rows[0]?.videoPostId ?? null;
}

async function revoke(db: Database, { tokenId, owner, now }: RevokeUploadToken): Promise<UploadTokenRevocation> {
  const isOwn = and(eq(uploadToken.tokenId, tokenId), owner === null ? undefined : eq(uploadToken.owner, owner));
  const [revoked, , found] = await db.batch([
    db
      .update(uploadToken)
      .set({ revokedAt: now, endedAt: sql`coalesce(${uploadToken.endedAt}, ${now})` })
      .where(and(isOwn, isNull(uploadToken.videoPostId), isNull(uploadToken.revokedAt)))
      .returning({ uploadId: uploadToken.uploadId }),
    batched(
      db,
      sql`UPDATE upload_session SET expires_at = ${REMOVING} WHERE upload_id = (
        SELECT upload_id FROM upload_token WHERE token_id = ${tokenId} AND revoked_at = ${now})`,
    ),
    db.select().from(uploadToken).where(isOwn).orderBy(asc(uploadToken.tokenId)),
  ]);
  const token = found[0];
  if (token === undefined) return { kind: "unknown" };
  if (token.revokedAt === null) return { kind: "has-post" };
  return { kind: "revoked", uploadId: revoked[0]?.uploadId ?? token.uploadId };
}
