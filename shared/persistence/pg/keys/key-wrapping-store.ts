import { type SQL, sql } from "drizzle-orm";
import type {
  KeyAtRest,
  KeyAtRestKind,
  KeyPage,
  KeyPosition,
  KeysUnder,
  KeyWrappingStore,
  PartKeyAtRest,
  Rewrapping,
  WebhookSecretAtRest,
} from "../../../application/ports/key-wrapping-store.ts";
import { type Database, texts } from "../database.ts";

export function pgKeyWrappingStore(db: Database): KeyWrappingStore {
  return {
    count: () => count(db, sql`kek_id IS NOT NULL`),
    // Two ranges of each index, which leave out the current key-encryption key, under which most keys are.
    countOthers: (kekId) => count(db, sql`(kek_id < ${kekId} OR kek_id > ${kekId})`),
    listUnder: (page) => listUnder(db, page),
    replace: (kind, changes) => replace(db, kind, changes),
  };
}

async function count(db: Database, range: SQL): Promise<KeysUnder[]> {
  const { rows } = await db.run(sql`SELECT kek_id AS "kekId", sum(content)::bigint AS "contentKeys",
      sum(single)::bigint AS "singleKeys", sum(url)::bigint AS "sourceUrls", sum(webhook)::bigint AS "webhookSecrets"
    FROM (SELECT kek_id, count(*) AS content, 0 AS single, 0 AS url, 0 AS webhook FROM video_hls_encrypt_key
        WHERE ${range} GROUP BY kek_id
      UNION ALL SELECT kek_id, 0, count(*), 0, 0 FROM single_key_source WHERE ${range} GROUP BY kek_id
      UNION ALL SELECT kek_id, 0, 0, count(*), 0 FROM (SELECT source_kek_id AS kek_id FROM video_file_post) urls
        WHERE ${range} GROUP BY kek_id
      UNION ALL SELECT kek_id, 0, 0, 0, count(*) FROM webhook_secret WHERE ${range} GROUP BY kek_id) counted
    GROUP BY kek_id ORDER BY kek_id`);
  return rows as KeysUnder[];
}

async function listUnder(db: Database, { kind, ...page }: KeyPage): Promise<readonly KeyAtRest[]> {
  return kind === "webhook-secret" ? listSecrets(db, page) : listPartKeys(db, kind, page);
}

async function listSecrets(
  db: Database,
  { kekId, after, limit }: Omit<KeyPage, "kind">,
): Promise<WebhookSecretAtRest[]> {
  const { rows } = await db.run(sql`SELECT 'webhook-secret' AS kind, id, endpoint_id AS "webhookId", kek_id AS "kekId",
      wrapped_secret AS "wrappedKey"
    FROM webhook_secret WHERE kek_id = ${kekId} AND id > ${positionOfSecret(after)} ORDER BY id LIMIT ${limit}`);
  return rows as WebhookSecretAtRest[];
}

type Row = Omit<PartKeyAtRest, "kind" | "version"> & { quality: string | null; keyVersion: number | null };

async function listPartKeys(
  db: Database,
  kind: PartKeyAtRest["kind"],
  { kekId, after, limit }: Omit<KeyPage, "kind">,
): Promise<PartKeyAtRest[]> {
  const { table, id, fileId, wrapped, kek, version } = PART_TABLES[kind];
  const { rows } = await db.run(sql`SELECT w.${id} AS id, f.id AS "fileId", ${version}, w.${kek} AS "kekId",
      w.${wrapped} AS "wrappedKey", f.video_id AS "videoPostId", f.file_index AS "fileIndex"
    FROM ${table} w JOIN video_file_post f ON f.id = w.${fileId}
    WHERE w.${kek} = ${kekId} AND w.${id} > ${positionOf(kind, after)} ORDER BY w.${id} LIMIT ${limit}`);
  return (rows as Row[]).map(({ quality, keyVersion, ...row }) => ({
    ...row,
    kind,
    version: quality === null || keyVersion === null ? null : { quality, keyVersion },
  }));
}

function positionOfSecret(after: KeyPosition | null): SQL {
  return after !== null && "secretId" in after ? sql`${after.secretId}` : sql`''`;
}

/** At most one version of a part has such a value; without one, the value was dropped since the page was read. */
function positionOf(kind: PartKeyAtRest["kind"], after: KeyPosition | null): SQL {
  if (after === null) return sql`''`;
  if ("keyId" in after) return sql`${after.keyId}`;
  if ("secretId" in after) return sql`''`;
  const { videoPostId, fileIndex } = after;
  const { table, id, fileId, kek } = PART_TABLES[kind];
  const versions = sql`SELECT id FROM video_file_post WHERE video_id = ${videoPostId} AND file_index = ${fileIndex}`;
  return sql`coalesce((SELECT max(o.${id}) FROM ${table} o WHERE o.${fileId} IN (${versions}) AND o.${kek} IS NOT NULL),
    (SELECT min(id) FROM (${versions}) versions))`;
}

type Table = { readonly [part in "table" | "id" | "wrapped" | "kek"]: SQL };
type PartTable = Table & { readonly fileId: SQL; readonly version: SQL };

const NO_VERSION = sql`NULL AS quality, NULL AS "keyVersion"`;
const PART_TABLES: Readonly<Record<PartKeyAtRest["kind"], PartTable>> = {
  content: {
    ...{ table: sql`video_hls_encrypt_key`, id: sql`key_id`, fileId: sql`file_id` },
    ...{ wrapped: sql`wrapped_key`, kek: sql`kek_id`, version: sql`w.quality, w.key_version AS "keyVersion"` },
  },
  "single-key": {
    ...{ table: sql`single_key_source`, id: sql`file_id`, fileId: sql`file_id` },
    ...{ wrapped: sql`wrapped_key`, kek: sql`kek_id`, version: NO_VERSION },
  },
  "source-url": {
    ...{ table: sql`video_file_post`, id: sql`id`, fileId: sql`id` },
    ...{ wrapped: sql`source_url`, kek: sql`source_kek_id`, version: NO_VERSION },
  },
};

const TABLES: Readonly<Record<KeyAtRestKind, Table>> = {
  ...PART_TABLES,
  "webhook-secret": {
    ...{ table: sql`webhook_secret`, id: sql`id`, wrapped: sql`wrapped_secret`, kek: sql`kek_id` },
  },
};

/** A row that another caller changes meanwhile is compared again after the wait for it. */
async function replace(db: Database, kind: KeyAtRestKind, changes: readonly Rewrapping[]): Promise<number> {
  if (changes.length === 0) return 0;
  const { table, id, wrapped, kek } = TABLES[kind];
  const column = (of: (change: Rewrapping) => string) => texts(changes.map(of));
  const made = sql`unnest(${column(({ old }) => old.id)}, ${column(({ old }) => old.wrappedKey)},
    ${column((change) => change.wrapped.wrappedKey)}, ${column((change) => change.wrapped.kekId)})`;
  const result = await db.run(sql`UPDATE ${table} w SET ${wrapped} = n.wrapped, ${kek} = n.kek
    FROM ${made} AS n (id, old, wrapped, kek) WHERE w.${id} = n.id AND w.${wrapped} = n.old`);
  return result.changes;
}
