import type { GateReadings } from "../../../application/ports/gate-readings.ts";
import {
  type FeedColumns,
  feedRowOf,
  type NewestColumns,
  newestRevocationsOf,
  type PartRow,
  partReadingOf,
} from "../../rows/part-reading.ts";
import type { Database } from "../database.ts";

/** One statement each, which sees one moment, and text that is made once: during a premiere every isolate reads these. */
export function pgGateReadings(db: Database): GateReadings {
  const read = async <Columns>(text: string, ...values: readonly unknown[]) => {
    const { rows } = await db.run({ text, values });
    return rows as readonly unknown[] as readonly Columns[];
  };
  const feed = async (text: string, ...values: readonly unknown[]) =>
    (await read<FeedColumns>(text, ...values)).map(feedRowOf);
  return {
    async readPart(videoPostId, fileIndex) {
      const [row] = await read<PartRow>(READ_PART, videoPostId, fileIndex);
      if (row === undefined) throw new Error("the reading of a part returned no row");
      return partReadingOf(row);
    },
    feedAfter: (position, limit) => feed(`${FEED} WHERE sequence > $1 ORDER BY sequence LIMIT $2`, position, limit),
    newestRevocations: async (limit) => newestRevocationsOf(await read<NewestColumns>(NEWEST_REVOCATIONS, limit)),
    revocationsBefore: (position, limit) =>
      feed(`${FEED} WHERE ${NO_POSTS} AND sequence < $1 ORDER BY sequence DESC LIMIT $2`, position, limit),
    findRevocations: (subjects) =>
      feed(
        `${FEED} WHERE (kind, subject) IN (SELECT * FROM unnest($1::text[], $2::text[])) ORDER BY sequence`,
        subjects.map(({ kind }) => kind),
        subjects.map(({ subject }) => subject),
      ),
  };
}

const FEED = "SELECT sequence, kind, subject, created_at, expires_at FROM access_revocation";

/** As the partial index has it, which otherwise is not used. */
const NO_POSTS = "kind <> 'post-changed'";

const POSITION = "coalesce((SELECT max(sequence) FROM access_revocation), 0) AS position";

/** Always one row at least. */
const NEWEST_REVOCATIONS = `
SELECT ${POSITION}, r.*
FROM (SELECT 1) one LEFT JOIN (${FEED} WHERE ${NO_POSTS} ORDER BY sequence DESC LIMIT $1) r ON true
ORDER BY r.sequence DESC`;

/** Always one row: $1 post $2 file index. */
const READ_PART = `
SELECT p.status, p.version, f.id, f.version_state = 'REMOVED' AS removed, f.duration, f.enc_path, f.key_version,
  f.images, f.poster, f.captions, f.chapters, f.media_start,
  CASE WHEN f.enc_path IS NOT NULL OR f.upload_id IS NOT NULL OR f.source_url IS NOT NULL THEN NULL
    WHEN f.transfer_result = 'IMPORTED' THEN 'waiting'
    WHEN 'FAILED' IN (f.transfer_result, f.encrypt_status) THEN 'failed'
    WHEN 'CANCELLED' IN (f.transfer_result, f.encrypt_status) THEN 'failed' END AS migration,
  (SELECT coalesce(json_agg(json_build_array(k.key_id, k.quality, k.key_version, k.status, k.usable_until, k.kek_id,
      k.wrapped_key, k.file_id)), '[]')
    FROM video_file_post v JOIN video_hls_encrypt_key k ON k.file_id = v.id
    WHERE v.video_id = $1 AND v.file_index = $2 AND v.version_state IN ('PRESENT', 'REPLACED')
      AND k.status <> 'REVOKED' AND k.status <> 'STAGED') AS keys,
  (SELECT coalesce(json_agg(json_build_array(a.quality, a.policy, a.entitlement)), '[]')
    FROM video_hls_quality_auth a WHERE a.file_id = f.id) AS policies,
  ${POSITION}
FROM (SELECT 1) one
LEFT JOIN video_file_post f ON f.video_id = $1 AND f.file_index = $2 AND f.version_state IN ('PRESENT', 'REMOVED')
LEFT JOIN video_post p ON p.id = f.video_id`;
