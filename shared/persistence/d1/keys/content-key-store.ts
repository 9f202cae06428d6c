import { sql } from "drizzle-orm";
import type { ContentKeyRef, ContentKeyStore, StoredContentKey } from "../../../application/ports/content-key-store.ts";
import type { Database } from "../database.ts";

export function d1ContentKeyStore(db: Database): ContentKeyStore {
  return {
    find: (wanted) => find(db, wanted),
    deleteEnded: (before, limit) => deleteEnded(db, before, limit),
  };
}

async function find(
  db: Database,
  { videoPostId, fileIndex, quality, keyVersion }: ContentKeyRef,
): Promise<StoredContentKey | null> {
  const [key] = await db.all<StoredContentKey>(sql`SELECT k.file_id AS fileId, k.status, k.wrapped_key AS wrappedKey,
      k.kek_id AS kekId
    FROM video_file_post f JOIN video_hls_encrypt_key k
      ON k.file_id = f.id AND k.quality = ${quality} AND k.key_version = ${keyVersion}
    WHERE f.video_id = ${videoPostId} AND f.file_index = ${fileIndex}`);
  return key ?? null;
}

/** Keys of the version that plays stay, so that the key endpoint answers "revoked" instead of "unknown". */
async function deleteEnded(db: Database, before: number, limit: number): Promise<number> {
  const result = await db.run(sql`DELETE FROM video_hls_encrypt_key WHERE key_id IN (
    SELECT k.key_id FROM video_hls_encrypt_key k
    LEFT JOIN video_file_post f ON f.id = k.file_id AND f.key_version = k.key_version
    LEFT JOIN video_post p ON p.id = f.video_id AND p.deleted_at IS NULL
    WHERE (k.revoked_at < ${before} OR (k.usable_until < ${before} AND k.status = 'RETIRING')) AND p.id IS NULL
    LIMIT ${limit})`);
  return result.meta.changes;
}
