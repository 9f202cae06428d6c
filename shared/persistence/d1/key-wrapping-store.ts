import { type SQL, sql } from "drizzle-orm";
import type {
  KeyAtRest,
  KeyAtRestKind,
  KeyPosition,
  KeysUnder,
  KeyWrappingStore,
} from "../../application/key-wrapping-store.ts";
import type { Database } from "./database.ts";

export function d1KeyWrappingStore(db: Database): KeyWrappingStore {
  return {
    count: () => count(db, [sql`true`]),
    // Two ranges of the index: what is under the current one, most of them in the end, is not read.
    countOthers: (kekId) => count(db, [sql`kek_id < ${kekId}`, sql`kek_id > ${kekId}`]),
    listUnder: (kekId, kind, after, limit) => listUnder(db, kekId, kind, after, limit),
    replace: (kind, changes) => replace(db, kind, changes),
  };
}

async function count(db: Database, ranges: readonly SQL[]): Promise<KeysUnder[]> {
  const counts = ranges.flatMap((range) => [
    sql`SELECT kek_id, count(*) AS content, 0 AS single FROM video_hls_encrypt_key WHERE ${range} GROUP BY kek_id`,
    sql`SELECT kek_id, 0 AS content, count(*) AS single FROM single_key_source WHERE ${range} GROUP BY kek_id`,
  ]);
  return db.all<KeysUnder>(sql`SELECT kek_id AS kekId, sum(content) AS contentKeys, sum(single) AS singleKeys
    FROM (${sql.join(counts, sql` UNION ALL `)}) GROUP BY kek_id ORDER BY kek_id`);
}

type Row = Omit<KeyAtRest, "kind" | "version"> & { quality: string | null; keyVersion: number | null };

async function listUnder(
  db: Database,
  kekId: string,
  kind: KeyAtRestKind,
  after: KeyPosition | null,
  limit: number,
): Promise<KeyAtRest[]> {
  const rows = await db.all<Row>(
    kind === "content"
      ? sql`SELECT k.key_id AS id, k.file_id AS fileId, k.quality, k.key_version AS keyVersion,
          k.kek_id AS kekId, k.wrapped_key AS wrappedKey, f.video_id AS videoPostId, f.file_index AS fileIndex
        FROM video_hls_encrypt_key k JOIN video_file_post f ON f.id = k.file_id
        WHERE k.kek_id = ${kekId} AND k.key_id > ${positionOf(after)} ORDER BY k.key_id LIMIT ${limit}`
      : sql`SELECT s.file_id AS id, s.file_id AS fileId, NULL AS quality, NULL AS keyVersion,
          s.kek_id AS kekId, s.wrapped_key AS wrappedKey, f.video_id AS videoPostId, f.file_index AS fileIndex
        FROM single_key_source s JOIN video_file_post f ON f.id = s.file_id
        WHERE s.kek_id = ${kekId} AND s.file_id > ${positionOf(after)} ORDER BY s.file_id LIMIT ${limit}`,
  );
  return rows.map(({ quality, keyVersion, ...row }) => ({
    ...row,
    kind,
    version: quality === null || keyVersion === null ? null : { quality, keyVersion },
  }));
}

function positionOf(after: KeyPosition | null): SQL {
  if (after === null) return sql`''`;
  if ("keyId" in after) return sql`${after.keyId}`;
  const { videoPostId, fileIndex } = after;
  return sql`(SELECT id FROM video_file_post WHERE video_id = ${videoPostId} AND file_index = ${fileIndex})`;
}

const TABLES: Readonly<Record<KeyAtRestKind, { readonly table: SQL; readonly id: SQL }>> = {
  content: { table: sql`video_hls_encrypt_key`, id: sql`key_id` },
  "single-key": { table: sql`single_key_source`, id: sql`file_id` },
};

async function replace(
  db: Database,
  kind: KeyAtRestKind,
  changes: Parameters<KeyWrappingStore["replace"]>[1],
): Promise<number> {
  if (changes.length === 0) return 0;
  const { table, id } = TABLES[kind];
  const values = changes.map(({ old, wrapped }) => [old.id, old.wrappedKey, wrapped.wrappedKey, wrapped.kekId]);
  const result = await db.run(sql`UPDATE ${table} SET wrapped_key = n.wrapped, kek_id = n.kek
    FROM (SELECT json_extract(value, '$[0]') AS id, json_extract(value, '$[1]') AS old,
        json_extract(value, '$[2]') AS wrapped, json_extract(value, '$[3]') AS kek
      FROM json_each(${JSON.stringify(values)})) n
    WHERE ${table}.${id} = n.id AND ${table}.wrapped_key = n.old`);
  return result.meta.changes;
}
