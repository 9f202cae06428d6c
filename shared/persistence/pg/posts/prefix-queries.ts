import { type SQL, sql } from "drizzle-orm";
import type { PrefixQueries, PrefixStatus, ReplacedUse } from "../../../application/ports/prefix-queries.ts";
import { ownerOfPrefix } from "../../../domain/job-outcomes/prefix-owner.ts";
import { askedPrefix } from "../../rows/asked-prefix.ts";
import { type Database, jsonb } from "../database.ts";
import { LIVE_VERSION } from "../schema/video-post.ts";

export function pgPrefixQueries(db: Database): PrefixQueries {
  return {
    classifyPrefixes: (prefixes, now) => classifyPrefixes(db, prefixes, now),
    replacedUse: (prefix, now) => replacedUse(db, prefix, now),
  };
}

async function replacedUse(db: Database, prefix: string, now: number): Promise<ReplacedUse> {
  const owner = ownerOfPrefix(prefix);
  if (owner?.kind !== "encrypted") return { kind: "unknown" };
  const { rows } = await db.run(sql`
    SELECT p.deleted_at IS NULL AND f.${LIVE_VERSION} AND f.enc_path = ${prefix} AS named,
      (SELECT max(k.usable_until) FROM video_hls_encrypt_key k WHERE k.file_id = f.id
        AND k.key_version = ${owner.keyVersion} AND k.status = 'RETIRING') AS until
    FROM video_transcode_job j JOIN video_file_post f ON f.id = j.file_id JOIN video_post p ON p.id = f.video_id
    WHERE j.job_id = ${owner.transcodeJobId}`);
  const [row] = rows as unknown as readonly { readonly named: boolean | null; readonly until: number | null }[];
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
  const asked = prefixes.map((prefix, position) => ({ position, ...askedPrefix(prefix) }));
  const { rows } = await db.run(sql`
    SELECT w.position, CASE
      WHEN w."uploadId" IS NOT NULL
        THEN CASE WHEN EXISTS (SELECT FROM upload_session u WHERE u.upload_id = w."uploadId")
          OR EXISTS (${livePartOf}) THEN 'named' ELSE 'garbage' END
      WHEN w."posterId" IS NOT NULL
        THEN CASE WHEN EXISTS (${posterOwner}) THEN 'named' ELSE 'garbage' END
      WHEN w."isImport"
        THEN CASE WHEN EXISTS (SELECT FROM single_key_source s WHERE s.prefix = w.prefix) THEN 'named' ELSE 'garbage' END
      WHEN w."captionsOf" IS NOT NULL THEN CASE WHEN EXISTS (${captionsWith}) THEN 'named' ELSE 'garbage' END
      WHEN j.job_id IS NULL THEN 'unknown'
      WHEN p.deleted_at IS NULL AND f.${LIVE_VERSION} AND (${overlaps(sql`f.file_path`)} OR ${overlaps(sql`f.enc_path`)}) THEN 'named'
      WHEN EXISTS (SELECT FROM video_transcode_job o
        WHERE o.file_id = j.file_id AND o.state IN ('QUEUED', 'RUNNING', 'RETRY_WAIT')) THEN 'live'
      WHEN EXISTS (SELECT FROM video_hls_encrypt_key k WHERE k.file_id = j.file_id
        AND k.key_version = w."keyVersion" AND k.status = 'RETIRING' AND k.usable_until > ${now}) THEN 'retiring'
      ELSE 'garbage' END AS use
    FROM jsonb_to_recordset(${jsonb(asked)}) AS w (position bigint, prefix text, "uploadId" text, "posterId" text,
      "transcodeJobId" text, "keyVersion" bigint, "isImport" boolean, "captionsOf" text)
    LEFT JOIN video_transcode_job j ON j.job_id = w."transcodeJobId"
    LEFT JOIN video_file_post f ON f.id = j.file_id
    LEFT JOIN video_post p ON p.id = f.video_id`);
  const uses = new Map(rows.map(({ position, use }) => [position, use as PrefixStatus]));
  return prefixes.map((_, position) => uses.get(position) ?? "unknown");
}

/** A part may still be made of an upload whose row is gone. */
const livePartOf = sql`SELECT FROM video_file_post uf JOIN video_post up ON up.id = uf.video_id
  WHERE uf.upload_id = w."uploadId" AND up.deleted_at IS NULL AND uf.transfer_result <> 'SUCCESS' AND uf.${LIVE_VERSION}`;

const posterOwner = sql`SELECT FROM video_file_post pf JOIN video_post pp ON pp.id = pf.video_id
  WHERE pf.poster_id = w."posterId" AND pf.${LIVE_VERSION} AND pp.deleted_at IS NULL`;

/** A part of the post has captions with this text. A name that looks like the key would only keep garbage. */
const captionsWith = sql`SELECT FROM video_file_post cf JOIN video_post cp ON cp.id = cf.video_id
  WHERE cf.video_id = w."captionsOf" AND cp.deleted_at IS NULL AND cf.${LIVE_VERSION}
    AND strpos(cf.captions::text, '"' || w.prefix) > 0`;

/** The same prefix, one that contains the pointer, or one inside it. */
function overlaps(pointer: SQL): SQL {
  return sql`coalesce(starts_with(${pointer}, w.prefix) OR starts_with(w.prefix, ${pointer}), false)`;
}
