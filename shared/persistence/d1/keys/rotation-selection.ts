import { type SQL, sql } from "drizzle-orm";
import type { ChosenParts, RotationSelection, SkipReason } from "../../../domain/rotation/rotation-batch.ts";

/* Conditions on parts `f`, posts `p` and items `i` that several statements of rotation share. */

/** Named posts are found by their index; otherwise parts are read in the order of their ids. */
export function scannedParts({ videoPostId, parts }: RotationSelection, after: SQL, limit: number): SQL {
  const posts = videoPostId === undefined ? parts?.map((chosen) => chosen.videoPostId) : [videoPostId];
  // Without statistics, the planner could read all parts in the order that is asked for.
  const within =
    posts === undefined
      ? sql`WHERE`
      : sql`INDEXED BY video_file_post_versions
        WHERE video_id IN (SELECT value FROM json_each(${JSON.stringify(posts)})) AND`;
  return sql`SELECT id FROM video_file_post ${within} id > ${after} AND version_state = 'PRESENT'
    ORDER BY id LIMIT ${limit}`;
}

/** Whether a part `f` of a post `p` is selected. */
export function isSelected(selection: RotationSelection): SQL {
  const { videoPostId, fileIndex, parts, status, authorId, resourceType, createdFrom, createdBefore } = selection;
  const { keyVersionBelow, keysCreatedBefore, kekId } = selection;
  const conditions = [
    sql`p.deleted_at IS NULL`,
    videoPostId === undefined ? null : sql`p.id = ${videoPostId}`,
    fileIndex === undefined ? null : sql`f.file_index = ${fileIndex}`,
    parts === undefined ? null : isChosen(parts),
    status === undefined ? null : sql`p.status = ${status}`,
    authorId === undefined ? null : sql`p.author_id = ${authorId}`,
    resourceType === undefined ? null : sql`p.resource_type = ${resourceType}`,
    createdFrom === undefined ? null : sql`p.created_at >= ${createdFrom}`,
    createdBefore === undefined ? null : sql`p.created_at < ${createdBefore}`,
    keyVersionBelow === undefined ? null : sql`f.key_version < ${keyVersionBelow}`,
    keysCreatedBefore === undefined ? null : playingKey(sql`k.created_at < ${keysCreatedBefore}`),
    kekId === undefined ? null : playingKey(sql`k.kek_id = ${kekId}`),
  ];
  return sql.join(
    conditions.filter((condition) => condition !== null),
    sql` AND `,
  );
}

function isChosen(parts: readonly ChosenParts[]): SQL {
  return sql`EXISTS (SELECT 1 FROM json_each(${JSON.stringify(parts)}) c WHERE c.value ->> '$.videoPostId' = f.video_id
    AND coalesce(c.value ->> '$.fileIndex', f.file_index) = f.file_index)`;
}

function playingKey(condition: SQL): SQL {
  return sql`EXISTS (SELECT 1 FROM video_hls_encrypt_key k
    WHERE k.file_id = f.id AND k.key_version = f.key_version AND ${condition})`;
}

const reason = (name: SkipReason) => sql.raw(`'${name}'`);

/** The SkipReason of a part `f` of a post `p` that had `version` when its item was added; NULL if it can be rotated. */
export function skipReason(version: SQL, batchId: string | null): SQL {
  const others = batchId === null ? sql`` : sql`AND o.batch_id <> ${batchId}`;
  return sql`CASE
    WHEN f.id IS NULL OR p.deleted_at IS NOT NULL OR f.version_state = 'REMOVED' THEN ${reason("deleted")}
    WHEN f.version_state <> 'PRESENT' THEN ${reason("replaced")}
    WHEN ${version} IS NULL OR f.enc_path IS NULL THEN ${reason("not-playing")}
    WHEN f.file_path IS NULL THEN ${reason("no-clear-renditions")}
    WHEN EXISTS (SELECT 1 FROM key_rotation_item o
      WHERE o.file_id = f.id AND o.state = 'ROTATING' ${others}) THEN ${reason("already-rotating")} END`;
}
