import type { GateReadings, PartReading, StoredKey, StoredPart } from "../../../application/ports/gate-readings.ts";
import type { FeedRow } from "../../../application/ports/revocation-feed.ts";
import type { QualityAuth } from "../../../domain/quality-auth.ts";
import type { VideoPostStatus } from "../../../domain/video-post.ts";
import type { D1Binding } from "../database.ts";

/** Prepared text without a query builder: during a premiere every isolate reads these at once. */
export function d1GateReadings(binding: D1Binding): GateReadings {
  const feed = async (text: string, ...values: readonly (number | string)[]) => {
    const { results } = await binding
      .prepare(text)
      .bind(...values)
      .all<FeedColumns>();
    return results.map(feedRowOf);
  };
  return {
    async readPart(videoPostId, fileIndex) {
      const row = await binding.prepare(READ_PART).bind(videoPostId, fileIndex).first<PartRow>();
      if (row === null) throw new Error("the reading of a part returned no row");
      return partReadingOf(row);
    },
    feedAfter: (position, limit) => feed(`${FEED} WHERE sequence > ?1 ORDER BY sequence LIMIT ?2`, position, limit),
    async newestRevocations(limit) {
      const { results } = await binding.prepare(NEWEST_REVOCATIONS).bind(limit).all<NewestColumns>();
      const [first] = results;
      if (first === undefined) throw new Error("the reading of the newest revocations returned no row");
      return { position: first.position, rows: results.filter(isRow).map(feedRowOf) };
    },
    revocationsBefore: (position, limit) =>
      feed(`${FEED} WHERE ${NO_POSTS} AND sequence < ?1 ORDER BY sequence DESC LIMIT ?2`, position, limit),
    findRevocations: (subjects) =>
      feed(
        `${FEED} WHERE (kind, subject) IN (SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?1))`,
        JSON.stringify(subjects.map(({ kind, subject }) => [kind, subject])),
      ),
  };
}

const FEED = "SELECT sequence, kind, subject, created_at, expires_at FROM access_revocation";

type FeedColumns = {
  sequence: number;
  kind: FeedRow["kind"];
  subject: string;
  created_at: number;
  expires_at: number;
};

/** As the partial index has it, which otherwise is not used. */
const NO_POSTS = "kind <> 'post-changed'";

/** One statement, so that the rows and the position are of one moment, and always one row. */
const NEWEST_REVOCATIONS = `
SELECT coalesce((SELECT max(sequence) FROM access_revocation), 0) AS position, r.*
FROM (SELECT 1) LEFT JOIN (${FEED} WHERE ${NO_POSTS} ORDER BY sequence DESC LIMIT ?1) r
ORDER BY r.sequence DESC`;

type NewestColumns = { position: number } & (FeedColumns | { sequence: null });

function isRow(columns: NewestColumns): columns is { position: number } & FeedColumns {
  return columns.sequence !== null;
}

function feedRowOf({ sequence, kind, subject, created_at, expires_at }: FeedColumns): FeedRow {
  return { sequence, kind, subject, createdAt: created_at, expiresAt: expires_at };
}

/** One statement, so that the part and the position are of one moment, and always one row: ?1 post ?2 file index. */
const READ_PART = `
SELECT p.status, p.version, f.id, f.version_state = 'REMOVED' AS removed, f.duration, f.enc_path, f.key_version,
  CASE WHEN f.enc_path IS NOT NULL OR f.upload_id IS NOT NULL OR f.source_url IS NOT NULL THEN NULL
    WHEN f.transfer_result = 'IMPORTED' THEN 'waiting'
    WHEN 'FAILED' IN (f.transfer_result, f.encrypt_status) THEN 'failed'
    WHEN 'CANCELLED' IN (f.transfer_result, f.encrypt_status) THEN 'failed' END AS migration,
  (SELECT json_group_array(json_array(k.key_id, k.quality, k.key_version, k.status, k.usable_until, k.kek_id, k.wrapped_key, k.file_id))
    FROM video_file_post v CROSS JOIN video_hls_encrypt_key k
    WHERE v.video_id = ?1 AND v.file_index = ?2 AND v.version_state IN ('PRESENT', 'REPLACED')
      AND k.file_id = v.id AND k.status <> 'REVOKED' AND k.status <> 'STAGED') AS keys,
  (SELECT json_group_array(json_array(a.quality, a.policy, a.entitlement))
    FROM video_hls_quality_auth a WHERE a.file_id = f.id) AS policies,
  coalesce((SELECT max(sequence) FROM access_revocation), 0) AS position
FROM (SELECT 1)
LEFT JOIN video_file_post f ON f.video_id = ?1 AND f.file_index = ?2 AND f.version_state IN ('PRESENT', 'REMOVED')
LEFT JOIN video_post p ON p.id = f.video_id`;

type PartRow = {
  status: VideoPostStatus | null;
  version: number;
  id: string | null;
  removed: number;
  duration: number | null;
  enc_path: string | null;
  key_version: number | null;
  migration: StoredPart["migration"];
  keys: string;
  policies: string;
  position: number;
};

type KeyColumns = [
  string,
  StoredKey["quality"],
  number,
  StoredKey["status"],
  number | null,
  kekId: string,
  wrappedKey: string,
  fileId: string,
];

type PolicyColumns = [QualityAuth["quality"], QualityAuth["policy"], QualityAuth["entitlement"]];

function partReadingOf({ position, ...row }: PartRow): PartReading {
  if (row.id === null || row.status === null) return { position, part: null };
  const { enc_path: prefix, key_version: keyVersion } = row;
  const isRemoved = row.removed === 1;
  return {
    position,
    part: {
      postStatus: row.status,
      postVersion: row.version,
      isRemoved,
      durationSeconds: row.duration,
      playing: isRemoved || prefix === null || keyVersion === null ? null : { prefix, keyVersion },
      migration: row.migration,
      policies: (JSON.parse(row.policies) as PolicyColumns[]).map(([quality, policy, entitlement]) => {
        return { quality, policy, entitlement };
      }),
      keys: (JSON.parse(row.keys) as KeyColumns[]).map(
        ([keyId, quality, version, status, usableUntil, kekId, wrappedKey, fileId]) => {
          return { keyId, fileId, quality, keyVersion: version, status, usableUntil, kekId, wrappedKey };
        },
      ),
    },
  };
}
