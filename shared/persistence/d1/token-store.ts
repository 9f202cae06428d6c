import { type SQL, sql } from "drizzle-orm";
import type {
  GateInput,
  GateReading,
  PlayablePart,
  TokenRow,
  TokenSelection,
  TokenStore,
} from "../../application/ports.ts";
import type { ContentKeyStatus } from "../../domain/content-key.ts";
import type { Quality } from "../../domain/quality.ts";
import type { QualityPolicy } from "../../domain/quality-auth.ts";
import type { VideoPostStatus } from "../../domain/video-post.ts";
import { batched, type D1Binding, type Database } from "./database.ts";

/** Token tables only: neither issue nor gate nor revocation loads the post or bumps its version. */
export function d1TokenStore(db: Database, binding: D1Binding): TokenStore {
  return {
    findPlayablePart: (videoPostId, fileIndex) => findPlayablePart(db, videoPostId, fileIndex),
    issue: (row, now) => issue(db, row, now),
    consume: (input) => consume(binding, input),
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
  quality: Quality | null;
  policy: QualityPolicy | null;
  entitlement: string | null;
};

async function findPlayablePart(db: Database, videoPostId: string, fileIndex: number): Promise<PlayablePart | null> {
  const rows = await db.all<PlayableRow>(sql`SELECT p.status, f.id, f.duration, f.enc_path, f.key_version,
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
    qualityAuth: rows.flatMap(({ quality, policy, entitlement }) =>
      quality === null || policy === null ? [] : [{ quality, policy, entitlement }],
    ),
  };
}

/** The guard refuses a row for a key version that stopped playing between the read and this statement. */
async function issue(db: Database, row: TokenRow, now: number): Promise<boolean> {
  const result = await db.run(sql`INSERT INTO video_hls_key_token
      (token_id, file_id, key_version, allowed_qualities, viewer, max_uses, start_before, delete_after, status, created_at)
    SELECT ${row.tokenId}, f.id, f.key_version, ${JSON.stringify(row.allowedQualities)}, ${row.viewer}, ${row.maxUses},
      ${row.startBefore}, ${row.deleteAfter}, 'ACTIVE', ${now}
    FROM video_file_post f WHERE f.id = ${row.fileId} AND f.key_version = ${row.keyVersion}`);
  return result.meta.changes === 1;
}

/*
 * The gate. Both statements are prepared text without a query builder, because every viewer passes here. File,
 * quality and expiry come from signed claims; the statements check them against one key row.
 */

/** Counts the session if it is new and everything holds: ?1 token ?2 session ?3 key ?4 now ?5 quality ?6 version ?7 post ?8 file index. */
const COUNT_SESSION = `
INSERT INTO video_hls_token_session (token_id, session_id, created_at)
SELECT ?1, ?2, ?4 FROM video_hls_key_token t
JOIN video_hls_encrypt_key k ON k.key_id = ?3 AND k.quality = ?5 AND k.key_version = ?6
  AND k.file_id = t.file_id AND k.key_version = t.key_version
  AND (k.status = 'ACTIVE' OR (k.status = 'RETIRING' AND k.usable_until > ?4))
JOIN video_file_post f ON f.id = t.file_id AND f.video_id = ?7 AND f.file_index = ?8
WHERE t.token_id = ?1 AND t.status = 'ACTIVE' AND t.start_before > ?4
  AND NOT EXISTS (SELECT 1 FROM video_hls_token_session WHERE token_id = ?1 AND session_id = ?2)
  AND (t.max_uses IS NULL OR (SELECT count(*) FROM video_hls_token_session WHERE token_id = ?1) < t.max_uses)
ON CONFLICT DO NOTHING`;

/** Always exactly one row, so that every refusal has its reason: ?1 token ?2 session ?3 key ?4 post ?5 file index. */
const READ_GATE = `
SELECT t.status AS token_status, t.start_before, s.session_id IS NOT NULL AS counted,
  (f.id IS NOT NULL AND (t.token_id IS NULL OR t.file_id = k.file_id)) AS belongs,
  k.file_id, k.quality, k.key_version, k.status AS key_status, k.usable_until, k.wrapped_key, k.kek_id
FROM (SELECT 1)
LEFT JOIN video_hls_encrypt_key k ON k.key_id = ?3
LEFT JOIN video_file_post f ON f.id = k.file_id AND f.video_id = ?4 AND f.file_index = ?5
LEFT JOIN video_hls_key_token t ON t.token_id = ?1
LEFT JOIN video_hls_token_session s ON s.token_id = ?1 AND s.session_id = ?2`;

type GateRow = {
  token_status: "ACTIVE" | "REVOKED" | null;
  start_before: number | null;
  counted: number;
  belongs: number;
  file_id: string | null;
  quality: Quality;
  key_version: number;
  key_status: ContentKeyStatus;
  usable_until: number | null;
  wrapped_key: string;
  kek_id: string;
};

async function consume(binding: D1Binding, input: GateInput): Promise<GateReading> {
  const { tokenId, sessionId, keyId, quality, keyVersion, videoPostId, fileIndex, now } = input;
  const read = binding.prepare(READ_GATE).bind(tokenId, sessionId, keyId, videoPostId, fileIndex);
  if (sessionId === null) return readingOf(await read.first<GateRow>());
  const count = binding
    .prepare(COUNT_SESSION)
    .bind(tokenId, sessionId, keyId, now, quality, keyVersion, videoPostId, fileIndex);
  const [, answer] = await binding.batch<GateRow>([count, read]);
  return readingOf(answer?.results[0] ?? null);
}

function readingOf(row: GateRow | null): GateReading {
  if (row === null) throw new Error("the gate's read returned no row");
  return {
    tokenStatus: row.token_status,
    tokenStartBefore: row.start_before,
    counted: row.counted === 1,
    key:
      row.file_id === null
        ? null
        : {
            belongs: row.belongs === 1,
            quality: row.quality,
            keyVersion: row.key_version,
            fileId: row.file_id,
            status: row.key_status,
            usableUntil: row.usable_until,
            wrappedKey: row.wrapped_key,
            kekId: row.kek_id,
          },
  };
}

/** Sessions first, so that a token is never left without the count of its sessions. */
async function deleteExpired(db: Database, now: number, limit: number): Promise<number> {
  const expired = sql`SELECT token_id FROM video_hls_key_token WHERE delete_after < ${now} ORDER BY delete_after LIMIT ${limit}`;
  const [, tokens] = await db.batch([
    batched(db, sql`DELETE FROM video_hls_token_session WHERE token_id IN (${expired})`),
    batched(db, sql`DELETE FROM video_hls_key_token WHERE token_id IN (${expired})`),
  ]);
  return tokens.meta.changes;
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
