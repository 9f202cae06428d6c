import type { GateReadings } from "../../../application/ports/gate-readings.ts";
import {
  type FeedColumns,
  feedRowOf,
  type NewestColumns,
  newestRevocationsOf,
  type PartRow,
  partReadingOf,
} from "../../rows/part-reading.ts";
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
      const row = await binding.prepare(READ_PART).bind(videoPostId, fileIndex).first<StoredRow>();
      if (row === null) throw new Error("the reading of a part returned no row");
      return partReadingOf(partRowOf(row));
    },
    feedAfter: (position, limit) => feed(`${FEED} WHERE sequence > ?1 ORDER BY sequence LIMIT ?2`, position, limit),
    async newestRevocations(limit) {
      const { results } = await binding.prepare(NEWEST_REVOCATIONS).bind(limit).all<NewestColumns>();
      return newestRevocationsOf(results);
    },
    revocationsBefore: (position, limit) =>
      feed(`${FEED} WHERE ${NO_POSTS} AND sequence < ?1 ORDER BY sequence DESC LIMIT ?2`, position, limit),
    findRevocations: (subjects) =>
      feed(
        `${FEED} WHERE (kind, subject) IN (SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?1)) ORDER BY sequence`,
        JSON.stringify(subjects.map(({ kind, subject }) => [kind, subject])),
      ),
  };
}

const FEED = "SELECT sequence, kind, subject, created_at, expires_at FROM access_revocation";

/** As the partial index has it, which otherwise is not used. */
const NO_POSTS = "kind <> 'post-changed'";

/** One statement, so that the rows and the position are of one moment, and always one row. */
const NEWEST_REVOCATIONS = `
SELECT coalesce((SELECT max(sequence) FROM access_revocation), 0) AS position, r.*
FROM (SELECT 1) LEFT JOIN (${FEED} WHERE ${NO_POSTS} ORDER BY sequence DESC LIMIT ?1) r
ORDER BY r.sequence DESC`;

/** One statement, so that the part and the position are of one moment, and always one row: ?1 post ?2 file index. */
const READ_PART = `
SELECT p.status, p.version, f.id, f.version_state = 'REMOVED' AS removed, f.duration, f.enc_path, f.key_version,
  f.images, f.poster, f.captions, f.chapters, f.media_start,
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

/** As SQLite has values: flags are 0 or 1, and JSON is text. */
type StoredRow = Omit<PartRow, JsonColumns | "removed"> & {
  removed: number;
  keys: string;
  policies: string;
  images: string | null;
  poster: string | null;
  captions: string | null;
  chapters: string | null;
};
type JsonColumns = "keys" | "policies" | "images" | "poster" | "captions" | "chapters";

function partRowOf(row: StoredRow): PartRow {
  return {
    ...row,
    removed: row.removed === 1,
    keys: JSON.parse(row.keys),
    policies: JSON.parse(row.policies),
    images: parsed(row.images),
    poster: parsed(row.poster),
    captions: parsed(row.captions),
    chapters: parsed(row.chapters),
  };
}

function parsed<T>(json: string | null): T | null {
  return json === null ? null : JSON.parse(json);
}
