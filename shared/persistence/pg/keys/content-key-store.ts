import { sql } from "drizzle-orm";
import type {
  ContentKeyRef,
  ContentKeyStore,
  ListedContentKey,
  PartRef,
  StoredContentKey,
} from "../../../application/ports/content-key-store.ts";
import type { Database } from "../database.ts";

export function pgContentKeyStore(db: Database): ContentKeyStore {
  return {
    find: (wanted) => find(db, wanted),
    list: (part) => list(db, part),
    deleteEnded: (before, limit) => deleteEnded(db, before, limit),
  };
}

async function find(
  db: Database,
  { videoPostId, fileIndex, quality, keyVersion }: ContentKeyRef,
): Promise<StoredContentKey | null> {
  const { rows } = await db.run(sql`SELECT k.file_id AS "fileId", k.status, k.wrapped_key AS "wrappedKey",
      k.kek_id AS "kekId"
    FROM video_file_post f JOIN video_hls_encrypt_key k
      ON k.file_id = f.id AND k.quality = ${quality} AND k.key_version = ${keyVersion}
    WHERE f.video_id = ${videoPostId} AND f.file_index = ${fileIndex}`);
  return (rows[0] as StoredContentKey | undefined) ?? null;
}

type ListedRow = { readonly [Name in keyof ListedContentKey]: ListedContentKey[Name] | null };

/** One row without a key stands for a part that has none. The keys of a part's earlier sources are its own. */
async function list(db: Database, { videoPostId, fileIndex }: PartRef): Promise<readonly ListedContentKey[] | null> {
  const { rows } = await db.run(sql`SELECT k.key_id AS "keyId", k.quality, k.key_version AS "keyVersion",
      k.key_uri_template AS "keyUriTemplate", k.status, k.usable_until AS "usableUntil", k.created_at AS "createdAt"
    FROM video_file_post f LEFT JOIN video_hls_encrypt_key k ON k.file_id = f.id
    WHERE f.video_id = ${videoPostId} AND f.file_index = ${fileIndex} AND EXISTS (SELECT 1 FROM video_file_post p
      WHERE p.video_id = f.video_id AND p.file_index = f.file_index AND p.version_state = 'PRESENT')
    ORDER BY k.key_version, k.quality`);
  if (rows.length === 0) return null;
  return (rows as ListedRow[]).filter((row): row is ListedContentKey => row.keyId !== null);
}

/** Keys of the version that plays stay, so that the key endpoint answers "revoked" instead of "unknown". */
async function deleteEnded(db: Database, before: number, limit: number): Promise<number> {
  const { changes } = await db.run(sql`DELETE FROM video_hls_encrypt_key WHERE key_id IN (
    SELECT k.key_id FROM video_hls_encrypt_key k
    LEFT JOIN video_file_post f ON f.id = k.file_id AND f.key_version = k.key_version AND f.version_state = 'PRESENT'
    LEFT JOIN video_post p ON p.id = f.video_id AND p.deleted_at IS NULL
    WHERE (k.revoked_at < ${before} OR (k.usable_until < ${before} AND k.status = 'RETIRING')) AND p.id IS NULL
    LIMIT ${limit})`);
  return changes;
}
