import type { SessionReading, SessionRefresh, SessionStore } from "../../../application/ports/session-store.ts";
import type { D1Binding } from "../database.ts";

/** Play sessions that the gate has counted. Prepared text, as at the gate: each call is one round trip. */
export function d1SessionStore(binding: D1Binding): SessionStore {
  return {
    refresh: (input) => refresh(binding, input),
    end: async ({ tokenId, sessionId, now }) => {
      const result = await binding.prepare(END_SESSION).bind(tokenId, sessionId, now).run();
      return result.meta.changes === 1;
    },
  };
}

const END_SESSION = `
UPDATE video_hls_token_session SET ended_at = ?3 WHERE token_id = ?1 AND session_id = ?2 AND ended_at IS NULL`;

/** Whether keys of a version are given out: ?3 post ?4 file index ?5 version ?6 now. */
const KEYS_USABLE = `EXISTS (SELECT 1 FROM video_file_post f
  JOIN video_hls_encrypt_key k ON k.file_id = f.id AND k.key_version = ?5
    AND (k.status = 'ACTIVE' OR (k.status = 'RETIRING' AND k.usable_until > ?6))
  WHERE f.video_id = ?3 AND f.file_index = ?4)`;

/** What must hold for anything to be written: ?1 token, and those of KEYS_USABLE. */
const TOKEN_HOLDS = `
  EXISTS (SELECT 1 FROM video_hls_key_token WHERE token_id = ?1 AND status = 'ACTIVE') AND ${KEYS_USABLE}`;

/** ?1 token ?2 session ?7 its new end; an end never moves back. A session that has had no key yet has no row. */
const MOVE_SESSION_END = `
UPDATE video_hls_token_session SET expires_at = ?7
WHERE token_id = ?1 AND session_id = ?2 AND ended_at IS NULL AND (expires_at IS NULL OR expires_at < ?7)
  AND ${TOKEN_HOLDS}`;

/** The token's row must outlive its sessions, or the gate would not know it: ?1 token ?2 session ?7 the session's end. */
const MOVE_TOKEN_END = `
UPDATE video_hls_key_token SET delete_after = ?7
WHERE token_id = ?1 AND delete_after < ?7 AND ${TOKEN_HOLDS}
  AND NOT EXISTS (SELECT 1 FROM video_hls_token_session
    WHERE token_id = ?1 AND session_id = ?2 AND ended_at IS NOT NULL)`;

const READ_SESSION = `
SELECT t.status AS token_status, s.ended_at, ${KEYS_USABLE} AS keys_usable
FROM (SELECT 1)
LEFT JOIN video_hls_key_token t ON t.token_id = ?1
LEFT JOIN video_hls_token_session s ON s.token_id = ?1 AND s.session_id = ?2`;

type SessionRow = {
  token_status: "ACTIVE" | "REVOKED" | null;
  ended_at: number | null;
  keys_usable: number;
};

async function refresh(binding: D1Binding, input: SessionRefresh): Promise<SessionReading> {
  const { tokenId, sessionId, videoPostId, fileIndex, keyVersion, now, expiresAt } = input;
  const asked = [tokenId, sessionId, videoPostId, fileIndex, keyVersion, now];
  const read = binding.prepare(READ_SESSION).bind(...asked);
  if (sessionId === null) return readingOf(await read.first<SessionRow>());
  const answers = await binding.batch<SessionRow>([
    binding.prepare(MOVE_SESSION_END).bind(...asked, expiresAt),
    binding.prepare(MOVE_TOKEN_END).bind(...asked, expiresAt),
    read,
  ]);
  return readingOf(answers.at(-1)?.results[0] ?? null);
}

function readingOf(row: SessionRow | null): SessionReading {
  if (row === null) throw new Error("the session's read returned no row");
  return { tokenStatus: row.token_status, sessionEndedAt: row.ended_at, keysUsable: row.keys_usable === 1 };
}
