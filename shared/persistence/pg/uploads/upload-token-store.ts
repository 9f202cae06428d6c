import { type SQL, sql } from "drizzle-orm";
import type {
  ListUploadTokens,
  OpenTokenUpload,
  ReserveTokenPost,
  RevokeUploadToken,
  UploadTokenRevocation,
  UploadTokenStore,
} from "../../../application/ports/upload-token-store.ts";
import type { CreatedAt } from "../../../application/ports/webhook-deliveries.ts";
import type { UploadTokenWithUpload } from "../../../domain/uploads/upload-token.ts";
import { columnsOf, type Database, rowOf, rowValues } from "../database.ts";
import { uploadSession, uploadToken } from "../schema/uploads.ts";
import { insertExpiredTokens } from "./upload-deliveries.ts";
import { REMOVING } from "./upload-removal.ts";

/** Empty uploads of one token that wait for their removal. The next creation is refused until the sweep has removed one. */
const MOST_REPLACED = 20;

/** Whatever concerns a token and an upload locks the token before the upload. */
export function pgUploadTokenStore(db: Database): UploadTokenStore {
  return {
    create: async (token) => {
      await db.run(sql`INSERT INTO upload_token ${rowValues(uploadToken, token)}`);
    },
    find: async (tokenId) => (await withUpload(db, sql`WHERE t.token_id = ${tokenId}`))[0] ?? null,
    list: (input) => list(db, input),
    openUpload: (input) => openUpload(db, input),
    reservePost: (input) => reservePost(db, input),
    markPostCreated: async (tokenId, now) => {
      await db.run(sql`UPDATE upload_token SET post_created_at = ${now}, ended_at = ${now}
        WHERE token_id = ${tokenId} AND post_created_at IS NULL`);
    },
    listCompleted: async (limit) => {
      const { rows } = await db.run(sql`SELECT t.token_id FROM upload_token t
        JOIN upload_session u ON u.upload_id = t.upload_id
        WHERE t.ended_at IS NULL AND t.upload_id IS NOT NULL AND u.state = 'COMPLETE' AND u.expires_at <> ${REMOVING}
        ORDER BY t.token_id LIMIT ${limit}`);
      return rows.map(({ token_id }) => token_id as string);
    },
    revoke: (input) => revoke(db, input),
    endExpired: (at, limit) => endExpired(db, at, limit),
    deleteEnded: async (endedBefore, limit) => {
      const { changes } = await db.run(sql`WITH ended AS (SELECT token_id FROM upload_token
          WHERE ended_at IS NOT NULL AND ended_at < ${endedBefore} ORDER BY ended_at LIMIT ${limit}
          FOR UPDATE SKIP LOCKED)
        DELETE FROM upload_token t USING ended e WHERE t.token_id = e.token_id`);
      return changes;
    },
  };
}

async function withUpload(db: Database, condition: SQL): Promise<readonly UploadTokenWithUpload[]> {
  const { rows } =
    await db.run(sql`SELECT ${columnsOf(uploadToken, "t")}, u.upload_id AS found_upload, u.size AS upload_size,
      u."offset" AS upload_offset, u.state AS upload_state, u.expires_at AS upload_expires_at,
      u.metadata AS upload_metadata
    FROM upload_token t LEFT JOIN upload_session u ON u.upload_id = t.upload_id ${condition}`);
  return rows.map((row) => ({ ...rowOf(uploadToken, row), upload: row.found_upload === null ? null : uploadOf(row) }));
}

function uploadOf(row: Record<string, unknown>): NonNullable<UploadTokenWithUpload["upload"]> {
  return {
    size: row.upload_size,
    offset: row.upload_offset,
    state: row.upload_state,
    expiresAt: row.upload_expires_at,
    metadata: row.upload_metadata,
  } as NonNullable<UploadTokenWithUpload["upload"]>;
}

function list(db: Database, { owner, limit, after }: ListUploadTokens) {
  const isOwn = owner === null ? sql`true` : sql`t.owner = ${owner}`;
  const isBehind = after === null ? sql`true` : sql`t.token_id < ${after}`;
  return withUpload(db, sql`WHERE ${isOwn} AND ${isBehind} ORDER BY t.token_id DESC LIMIT ${limit}`);
}

/** Neither a complete upload nor one that still takes chunks. */
function hasNoUpload(now: number): SQL {
  return sql`NOT EXISTS (SELECT 1 FROM upload_session u WHERE u.upload_id = t.upload_id
    AND (u.state = 'COMPLETE' OR u.expires_at > ${now}))`;
}

const lockToken = (tokenId: string): SQL => sql`SELECT 1 FROM upload_token WHERE token_id = ${tokenId} FOR UPDATE`;

/** The upload without bytes ends, the token names the new one, and only then the new one is stored. */
async function openUpload(db: Database, { tokenId, upload, now }: OpenTokenUpload): Promise<boolean> {
  const isUsable = sql`t.token_id = ${tokenId} AND t.ended_at IS NULL AND t.video_post_id IS NULL AND t.expires_at > ${now}`;
  const [, , named] = await db.batch([
    lockToken(tokenId),
    sql`UPDATE upload_session SET expires_at = ${REMOVING} WHERE state = 'OPEN' AND "offset" = 0
      AND upload_id = (SELECT t.upload_id FROM upload_token t WHERE ${isUsable})
      AND (SELECT count(*) FROM upload_session r WHERE r.expires_at = ${REMOVING} AND r.token_id = ${tokenId})
        < ${MOST_REPLACED}`,
    sql`WITH named AS (UPDATE upload_token t SET upload_id = ${upload.uploadId}
          WHERE ${isUsable} AND ${hasNoUpload(now)} RETURNING 1),
        opened AS (INSERT INTO upload_session ${rowValues(uploadSession, upload)}
          WHERE EXISTS (SELECT 1 FROM named))
      SELECT 1 FROM named`,
  ]);
  return named?.rows.length === 1;
}

/** The upload's row is locked, as by its removal, and its state is read by the statement after that. */
async function reservePost(db: Database, { tokenId, videoPostId }: ReserveTokenPost): Promise<string | null> {
  const [, , reserved] = await db.batch([
    lockToken(tokenId),
    sql`SELECT 1 FROM upload_session WHERE upload_id = (SELECT upload_id FROM upload_token WHERE token_id = ${tokenId})
      FOR UPDATE`,
    sql`UPDATE upload_token t SET video_post_id = coalesce(t.video_post_id, ${videoPostId})
      WHERE t.token_id = ${tokenId} AND t.revoked_at IS NULL AND (t.video_post_id IS NOT NULL OR EXISTS (
        SELECT 1 FROM upload_session u WHERE u.upload_id = t.upload_id
          AND u.state = 'COMPLETE' AND u.expires_at <> ${REMOVING}))
      RETURNING t.video_post_id`,
  ]);
  return (reserved?.rows[0]?.video_post_id as string | undefined) ?? null;
}

async function revoke(db: Database, { tokenId, owner, now }: RevokeUploadToken): Promise<UploadTokenRevocation> {
  const isOwn = owner === null ? sql`token_id = ${tokenId}` : sql`token_id = ${tokenId} AND owner = ${owner}`;
  const [revoked, , found] = await db.batch([
    sql`UPDATE upload_token SET revoked_at = ${now}, ended_at = coalesce(ended_at, ${now}::bigint)
      WHERE ${isOwn} AND video_post_id IS NULL AND revoked_at IS NULL RETURNING upload_id`,
    sql`UPDATE upload_session SET expires_at = ${REMOVING} WHERE upload_id = (
      SELECT upload_id FROM upload_token WHERE token_id = ${tokenId} AND revoked_at = ${now})`,
    sql`SELECT revoked_at, upload_id FROM upload_token WHERE ${isOwn}`,
  ]);
  const [token] = found?.rows ?? [];
  if (token === undefined) return { kind: "unknown" };
  if (token.revoked_at === null) return { kind: "has-post" };
  const uploadId = (revoked?.rows[0]?.upload_id ?? token.upload_id) as string | null;
  return { kind: "revoked", uploadId };
}

/** A token that has got another upload since it was chosen no longer matches. */
async function endExpired(db: Database, at: CreatedAt, limit: number): Promise<readonly string[]> {
  const { rows } = await db.run(sql`WITH due AS MATERIALIZED (
      SELECT t.token_id, t.upload_id FROM upload_token t
      WHERE t.ended_at IS NULL AND t.expires_at <= ${at.now} AND t.video_post_id IS NULL AND ${hasNoUpload(at.now)}
      ORDER BY t.expires_at LIMIT ${limit}),
    ended AS (UPDATE upload_token t SET ended_at = ${at.now} FROM due
      WHERE t.token_id = due.token_id AND t.upload_id IS NOT DISTINCT FROM due.upload_id AND t.ended_at IS NULL
        AND t.video_post_id IS NULL
      RETURNING t.token_id, t.upload_id, t.revoked_at),
    announced AS (${insertExpiredTokens(sql`ended`, at)})
    SELECT token_id FROM ended`);
  return rows.map(({ token_id }) => token_id as string);
}
