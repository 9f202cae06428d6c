import { type SQL, sql } from "drizzle-orm";
import type { PrefixQueries, PrefixStatus, ReplacedUse } from "../../../application/ports/prefix-queries.ts";
import { ownerOfPrefix } from "../../../domain/job-outcomes/prefix-owner.ts";
import { askedPrefix } from "../../rows/asked-prefix.ts";
import type { Database } from "../database.ts";
import { LIVE_VERSION } from "../schema/video-post.ts";

export function d1PrefixQueries(db: Database): PrefixQueries {
  return {
    classifyPrefixes: (prefixes, now) => classifyPrefixes(db, prefixes, now),
    replacedUse: (prefix, now) => replacedUse(db, prefix, now),
  };
}

async function replacedUse(db: Database, prefix: string, now: number): Promise<ReplacedUse> {
  const owner = ownerOfPrefix(prefix);
  if (owner?.kind !== "encrypted") return { kind: "unknown" };
  const [row] = await db.all<{ named: number; until: number | null }>(sql`
    SELECT p.deleted_at IS NULL AND f.${LIVE_VERSION} AND f.enc_path = ${prefix} AS named,
      (SELECT max(k.usable_until) FROM video_hls_encrypt_key k WHERE k.file_id = f.id
        AND k.key_version = ${owner.keyVersion} AND k.status = 'RETIRING') AS until
    FROM video_transcode_job j JOIN video_file_post f ON f.id = j.file_id JOIN video_post p ON p.id = f.video_id
    WHERE j.job_id = ${owner.transcodeJobId}`);
  if (row === undefined) return { kind: "unknown" };
  if (row.named) return { kind: "named" };
  return row.until !== null && row.until > now ? { kind: "retiring", until: row.until } : { kind: "garbage" };
}

/**
 * One statement for any number of prefixes, by indexes only: the path names the transcode job, the job its part. A live
 * job of the part protects all prefixes of the part, because a path does not say which encrypt job wrote it. Prefixes
 * end with a slash, so texts compare by whole segments.
 */
async function classifyPrefixes(db: Database, prefixes: readonly string[], now: number): Promise<PrefixStatus[]> {
  const rows = await db.all<{ position: number; use: PrefixStatus }>(sql`
    SELECT w.position, CASE
      WHEN w.upload_id IS NOT NULL
        THEN CASE WHEN EXISTS (SELECT 1 FROM upload_session u WHERE u.upload_id = w.upload_id)
          OR EXISTS (${livePartOf}) THEN 'named' ELSE 'garbage' END
      WHEN w.poster_id IS NOT NULL
        THEN CASE WHEN EXISTS (${posterOwner}) THEN 'named' ELSE 'garbage' END
      WHEN w.imported
        THEN CASE WHEN EXISTS (SELECT 1 FROM single_key_source s WHERE s.prefix = w.prefix) THEN 'named' ELSE 'garbage' END
      WHEN w.captions_of IS NOT NULL THEN CASE WHEN EXISTS (${captionsWith}) THEN 'named' ELSE 'garbage' END
      WHEN j.job_id IS NULL THEN 'unknown'
      WHEN p.deleted_at IS NULL AND f.${LIVE_VERSION} AND (${overlaps(sql`f.file_path`)} OR ${overlaps(sql`f.enc_path`)}) THEN 'named'
      WHEN EXISTS (SELECT 1 FROM video_transcode_job o
        WHERE o.file_id = j.file_id AND o.state IN ('QUEUED', 'RUNNING', 'RETRY_WAIT')) THEN 'live'
      WHEN EXISTS (SELECT 1 FROM video_hls_encrypt_key k WHERE k.file_id = j.file_id
        AND k.key_version = w.key_version AND k.status = 'RETIRING' AND k.usable_until > ${now}) THEN 'retiring'
      ELSE 'garbage' END AS use
    FROM (SELECT key AS position, value->>'prefix' AS prefix, value->>'uploadId' AS upload_id, value->>'posterId' AS poster_id,
        value->>'transcodeJobId' AS job_id, value->>'keyVersion' AS key_version, value->>'isImport' AS imported,
        value->>'captionsOf' AS captions_of
      FROM json_each(${JSON.stringify(prefixes.map(askedPrefix))})) w
    LEFT JOIN video_transcode_job j ON j.job_id = w.job_id
    LEFT JOIN video_file_post f ON f.id = j.file_id
    LEFT JOIN video_post p ON p.id = f.video_id`);
  const uses = new Map(rows.map(({ position, use }) => [position, use]));
  return prefixes.map((_, position) => uses.get(position) ?? "unknown");
}

/** A part may still be made of an upload whose row is gone. */
const livePartOf = sql`SELECT 1 FROM video_file_post uf JOIN video_post up ON up.id = uf.video_id
  WHERE uf.upload_id = w.upload_id AND up.deleted_at IS NULL AND uf.transfer_result <> 'SUCCESS' AND uf.${LIVE_VERSION}`;

const posterOwner = sql`SELECT 1 FROM video_file_post pf JOIN video_post pp ON pp.id = pf.video_id
  WHERE pf.poster_id = w.poster_id AND pf.${LIVE_VERSION} AND pp.deleted_at IS NULL`;

/** A part of the post has captions with this text. A name that looks like the key would only keep garbage. */
const captionsWith = sql`SELECT 1 FROM video_file_post cf JOIN video_post cp ON cp.id = cf.video_id
  WHERE cf.video_id = w.captions_of AND cp.deleted_at IS NULL AND cf.${LIVE_VERSION}
    AND instr(cf.captions, '"' || w.prefix) > 0`;

/** The same prefix, one that contains the pointer, or one inside it. */
function overlaps(pointer: SQL): SQL {
  return sql`coalesce(substr(${pointer}, 1, length(w.prefix)) = w.prefix OR substr(w.prefix, 1, length(${pointer})) = ${pointer}, 0)`;
}
