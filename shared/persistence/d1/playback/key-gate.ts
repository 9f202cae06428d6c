import type { GateInput, GateReading } from "../../../application/ports/token-store.ts";
import type { ContentKeyStatus } from "../../../domain/content-key.ts";
import type { Quality } from "../../../domain/quality.ts";
import type { D1Binding } from "../database.ts";

/*
 * The gate. Its statements are prepared text without a query builder, because every viewer passes here. File, quality
 * and expiry come from signed claims; the statements check them against one key row. Limits of concurrent sessions have
 * statements of their own: who has none pays for none.
 */

/**
 * Counts the session if it is new and everything holds: ?1 token ?2 session ?3 key ?4 now ?5 quality ?6 version ?7 post
 * ?8 file index ?9 end. A session has a viewer only where it is limited, so that no index is written elsewhere.
 */
const countSession = (limit: { readonly viewer: string; readonly condition: string }) => `
INSERT INTO video_hls_token_session (token_id, session_id, created_at, expires_at, viewer)
SELECT ?1, ?2, ?4, ?9, ${limit.viewer} FROM video_hls_key_token t
JOIN video_hls_encrypt_key k ON k.key_id = ?3 AND k.quality = ?5 AND k.key_version = ?6
  AND k.file_id = t.file_id AND k.key_version = t.key_version
  AND (k.status = 'ACTIVE' OR (k.status = 'RETIRING' AND k.usable_until > ?4))
JOIN video_file_post f ON f.id = t.file_id AND f.video_id = ?7 AND f.file_index = ?8
WHERE t.token_id = ?1 AND t.status = 'ACTIVE' AND t.start_before > ?4
  AND NOT EXISTS (SELECT 1 FROM video_hls_token_session WHERE token_id = ?1 AND session_id = ?2)
  AND (t.max_uses IS NULL OR (SELECT count(*) FROM video_hls_token_session WHERE token_id = ?1) < t.max_uses)
  ${limit.condition}
ON CONFLICT DO NOTHING`;

const COUNT_SESSION = countSession({ viewer: "NULL", condition: "" });

/** The viewer's sessions over all posts and tokens, those of tokens that were revoked left out: nobody gets their keys. */
const liveSessions = (now: string) => `video_hls_token_session l
  JOIN video_hls_key_token o ON o.token_id = l.token_id AND o.status = 'ACTIVE'
  WHERE l.viewer = t.viewer AND l.ended_at IS NULL AND l.expires_at > ${now}`;

const COUNT_LIMITED_SESSION = countSession({
  viewer: "t.viewer",
  condition: `AND (t.session_overflow = 'END_OLDEST' OR t.session_limit > (
    SELECT count(*) FROM ${liveSessions("?4")}))`,
});

/**
 * Ends the viewer's oldest sessions beyond the limit, if this one was counted just now: ?1 token ?2 session ?3 now.
 * The new one never ends itself, whatever the clocks of two Workers say about the order.
 */
const END_OLDEST = `
UPDATE video_hls_token_session SET ended_at = ?3 WHERE (token_id, session_id) IN (
  SELECT l.token_id, l.session_id FROM video_hls_key_token t
  JOIN video_hls_token_session n ON n.token_id = t.token_id AND n.session_id = ?2 AND n.created_at = ?3
  JOIN ${liveSessions("?3")} AND t.token_id = ?1 AND t.session_overflow = 'END_OLDEST'
  ORDER BY (l.token_id = ?1 AND l.session_id = ?2) DESC, l.created_at DESC, l.session_id DESC
  LIMIT -1 OFFSET (SELECT session_limit FROM video_hls_key_token WHERE token_id = ?1))`;

/** Always exactly one row, so that every refusal has its reason: ?1 token ?2 session ?3 key ?4 post ?5 file index. */
const readGate = (usesLeft: string) => `
SELECT t.status AS token_status, t.viewer, t.start_before, s.session_id IS NOT NULL AS counted, s.ended_at, ${usesLeft} AS uses_left,
  (f.id IS NOT NULL AND (t.token_id IS NULL OR t.file_id = k.file_id)) AS belongs,
  k.file_id, k.quality, k.key_version, k.status AS key_status, k.usable_until, k.wrapped_key, k.kek_id
FROM (SELECT 1)
LEFT JOIN video_hls_encrypt_key k ON k.key_id = ?3
LEFT JOIN video_file_post f ON f.id = k.file_id AND f.video_id = ?4 AND f.file_index = ?5
LEFT JOIN video_hls_key_token t ON t.token_id = ?1
LEFT JOIN video_hls_token_session s ON s.token_id = ?1 AND s.session_id = ?2`;

const READ_GATE = readGate("0");

/** Tells a limit of sessions that is reached from uses that are spent. */
const READ_LIMITED_GATE = readGate(
  "(t.max_uses IS NULL OR (SELECT count(*) FROM video_hls_token_session WHERE token_id = ?1) < t.max_uses)",
);

type GateRow = {
  token_status: "ACTIVE" | "REVOKED" | null;
  viewer: string | null;
  start_before: number | null;
  counted: number;
  ended_at: number | null;
  uses_left: number;
  belongs: number;
  file_id: string | null;
  quality: Quality;
  key_version: number;
  key_status: ContentKeyStatus;
  usable_until: number | null;
  wrapped_key: string;
  kek_id: string;
};

/** One round trip: one statement without a session to count, two with one, three where sessions are limited. */
export async function consumeAtGate(binding: D1Binding, input: GateInput): Promise<GateReading> {
  const { tokenId, sessionId, keyId, videoPostId, fileIndex, limited, now } = input;
  const read = binding
    .prepare(limited ? READ_LIMITED_GATE : READ_GATE)
    .bind(tokenId, sessionId, keyId, videoPostId, fileIndex);
  if (sessionId === null) return readingOf(await read.first<GateRow>());
  const count = binding
    .prepare(limited ? COUNT_LIMITED_SESSION : COUNT_SESSION)
    .bind(tokenId, sessionId, keyId, now, input.quality, input.keyVersion, videoPostId, fileIndex, input.expiresAt);
  const endOldest = limited ? [binding.prepare(END_OLDEST).bind(tokenId, sessionId, now)] : [];
  const answers = await binding.batch<GateRow>([count, ...endOldest, read]);
  return readingOf(answers.at(-1)?.results[0] ?? null);
}

function readingOf(row: GateRow | null): GateReading {
  if (row === null) throw new Error("the gate's read returned no row");
  return {
    tokenStatus: row.token_status,
    viewer: row.viewer,
    tokenStartBefore: row.start_before,
    counted: row.counted === 1,
    sessionEndedAt: row.ended_at,
    usesLeft: row.uses_left === 1,
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
