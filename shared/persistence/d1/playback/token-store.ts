import { type SQL, sql } from "drizzle-orm";
import type { PlayablePart, TokenRow, TokenSelection, TokenStore } from "../../../application/ports/token-store.ts";
import type { Quality } from "../../../domain/quality.ts";
import type { QualityPolicy } from "../../../domain/quality-auth.ts";
import type { VideoPostStatus } from "../../../domain/video-post.ts";
import { batched, type D1Binding, type Database } from "../database.ts";
import { consumeAtGate } from "./key-gate.ts";

/** Token tables only: neither issue nor gate nor revocation loads the post or bumps its version. */
export function d1TokenStore(db: Database, binding: D1Binding): TokenStore {
  return {
    findPlayablePart: (videoPostId, fileIndex) => findPlayablePart(db, videoPostId, fileIndex),
    issue: (row, now) => issue(db, row, now),
    consume: (input) => consumeAtGate(binding, input),
    revoke: (selection, limit) => revoke(db, selection, limit),
    deleteExpired: (now, limit) => deleteExpired(db, now, limit),
  };
}

type PlayableRow = {
  status: VideoPostStatus;
  id: string;
  duration: number | null;
  enc_path: string | null;
  key_version: number | null;
  migration: PlayablePart["migration"];
  quality: Quality | null;
  policy: QualityPolicy | null;
  entitlement: string | null;
};

async function findPlayablePart(db: Database, videoPostId: string, fileIndex: number): Promise<PlayablePart | null> {
  const rows = await db.all<PlayableRow>(sql`SELECT p.status, f.id, f.duration, f.enc_path, f.key_version,
      CASE WHEN f.enc_path IS NOT NULL OR f.upload_id IS NOT NULL OR f.source_url IS NOT NULL THEN NULL
        WHEN f.transfer_result = 'IMPORTED' THEN 'waiting'
        WHEN 'FAILED' IN (f.transfer_result, f.encrypt_status) THEN 'failed'
        WHEN 'CANCELLED' IN (f.transfer_result, f.encrypt_status) THEN 'failed' END AS migration,
      a.quality, a.policy, a.entitlement
    FROM video_file_post f
    JOIN video_post p ON p.id = f.video_id
    LEFT JOIN video_hls_encrypt_key k ON k.file_id = f.id AND k.key_version = f.key_version AND k.status = 'ACTIVE'
    LEFT JOIN video_hls_quality_auth a ON a.file_id = f.id AND a.quality = k.quality
    WHERE f.video_id = ${videoPostId} AND f.file_index = ${fileIndex}`);
  const head = rows[0];
  if (head === undefined) return null;
  return {
    postStatus: head.status,
    fileId: head.id,
    durationSeconds: head.duration,
    playing:
      head.enc_path === null || head.key_version === null
        ? null
        : { prefix: head.enc_path, keyVersion: head.key_version },
    migration: head.migration,
    qualityAuth: rows.flatMap(({ quality, policy, entitlement }) =>
      quality === null || policy === null ? [] : [{ quality, policy, entitlement }],
    ),
  };
}

/** The guard refuses a row for a key version that stopped playing between the read and this statement. */
async function issue(db: Database, row: TokenRow, now: number): Promise<boolean> {
  const result = await db.run(sql`INSERT INTO video_hls_key_token
      (token_id, file_id, key_version, allowed_qualities, viewer, max_uses, session_limit, session_overflow, start_before,
        delete_after, status, created_at)
    SELECT ${row.tokenId}, f.id, f.key_version, ${JSON.stringify(row.allowedQualities)}, ${row.viewer}, ${row.maxUses},
      ${row.sessionLimit?.atMost ?? null}, ${row.sessionLimit?.overflow ?? null}, ${row.startBefore}, ${row.deleteAfter}, 'ACTIVE', ${now}
    FROM video_file_post f WHERE f.id = ${row.fileId} AND f.key_version = ${row.keyVersion}`);
  return result.meta.changes === 1;
}

/**
 * At most `limit` sessions and `limit` tokens, since one token may have started any number of sessions. A token is deleted
 * when its sessions are, so that it never remains without their count.
 */
async function deleteExpired(db: Database, now: number, limit: number) {
  const [sessions, tokens] = await db.batch([
    batched(
      db,
      sql`DELETE FROM video_hls_token_session WHERE (token_id, session_id) IN (
        SELECT s.token_id, s.session_id FROM video_hls_key_token t JOIN video_hls_token_session s ON s.token_id = t.token_id
        WHERE t.delete_after < ${now} ORDER BY t.delete_after LIMIT ${limit})`,
    ),
    batched(
      db,
      sql`DELETE FROM video_hls_key_token WHERE token_id IN (SELECT t.token_id FROM video_hls_key_token t
        WHERE t.delete_after < ${now}
          AND NOT EXISTS (SELECT 1 FROM video_hls_token_session s WHERE s.token_id = t.token_id)
        ORDER BY t.delete_after LIMIT ${limit})`,
    ),
  ]);
  const complete = sessions.meta.changes < limit && tokens.meta.changes < limit;
  return { tokens: tokens.meta.changes, complete };
}

async function revoke(db: Database, selection: TokenSelection, limit: number): Promise<number> {
  const chosen = sql`SELECT token_id FROM video_hls_key_token
    WHERE ${selectedBy(selection)} AND status = 'ACTIVE' LIMIT ${limit}`;
  const result = await db.run(sql`UPDATE video_hls_key_token SET status = 'REVOKED' WHERE token_id IN (${chosen})`);
  return result.meta.changes;
}

function selectedBy(selection: TokenSelection): SQL {
  switch (selection.kind) {
    case "token":
      return sql`token_id = ${selection.tokenId}`;
    case "viewer":
      return sql`viewer = ${selection.viewer}`;
    case "file":
      return sql`file_id = ${selection.fileId}`;
    default:
      return selection satisfies never;
  }
}
