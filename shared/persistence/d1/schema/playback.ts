import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { FeedKind } from "../../../application/ports/revocation-feed.ts";
import type { ContentKeyStatus } from "../../../domain/part/content-key.ts";
import type { Quality } from "../../../domain/quality/quality.ts";
import type { QualityPolicy } from "../../../domain/quality/quality-auth.ts";
import { timestamp } from "./columns.ts";

export const videoHlsEncryptKey = sqliteTable(
  "video_hls_encrypt_key",
  {
    keyId: text("key_id").primaryKey(),
    fileId: text("file_id").notNull(),
    quality: text("quality").$type<Quality>().notNull(),
    keyVersion: integer("key_version").notNull(),
    /** Base64 text, because D1 returns BLOBs as arrays of numbers. */
    wrappedKey: text("wrapped_key").notNull(),
    kekId: text("kek_id").notNull(),
    keyUriTemplate: text("key_uri_template").notNull(),
    /** Null for keys of earlier releases. */
    stagedByJobId: text("staged_by_job_id"),
    status: text("status").$type<ContentKeyStatus>().notNull(),
    usableUntil: timestamp("usable_until"),
    /** When it became REVOKED; null before. */
    revokedAt: timestamp("revoked_at"),
    createdAt: timestamp("created_at").notNull(),
  },
  (t) => [
    uniqueIndex("video_hls_encrypt_key_version").on(t.fileId, t.quality, t.keyVersion),
    // Read by a load.
    index("video_hls_encrypt_key_live").on(t.fileId).where(sql`status <> 'REVOKED'`),
    // Read by the deletion of ended keys.
    index("video_hls_encrypt_key_revoked").on(t.revokedAt).where(sql`revoked_at IS NOT NULL`),
    index("video_hls_encrypt_key_retiring").on(t.usableUntil).where(sql`usable_until IS NOT NULL`),
    // Finds keys under an old key-encryption key.
    index("video_hls_encrypt_key_kek").on(t.kekId, t.keyId),
  ],
);

export const videoHlsQualityAuth = sqliteTable(
  "video_hls_quality_auth",
  {
    fileId: text("file_id").notNull(),
    quality: text("quality").$type<Quality>().notNull(),
    policy: text("policy").$type<QualityPolicy>().notNull(),
    entitlement: text("entitlement"),
  },
  (t) => [primaryKey({ columns: [t.fileId, t.quality] })],
);

/**
 * The revocation feed: what every isolate has to know within seconds. One row per subject; a repeated revocation replaces
 * the row by one with a later number. AUTOINCREMENT, since SQLite otherwise reuses the number of a deleted last row, and
 * an isolate that has read past that number would not see the new row.
 */
export const accessRevocation = sqliteTable(
  "access_revocation",
  {
    sequence: integer("sequence").primaryKey({ autoIncrement: true }),
    kind: text("kind").$type<FeedKind>().notNull(),
    subject: text("subject").notNull(),
    createdAt: timestamp("created_at").notNull(),
    /** From then on no token exists that it could refuse, and no isolate that has not read it. */
    expiresAt: timestamp("expires_at").notNull(),
  },
  (t) => [
    uniqueIndex("access_revocation_subject").on(t.kind, t.subject),
    index("access_revocation_expires").on(t.expiresAt),
    // Read by a new isolate: changes of posts may outnumber everything else.
    index("access_revocation_newest").on(t.sequence).where(sql`kind <> 'post-changed'`),
  ],
);

/** Imported content with one key for all qualities, until its part has its own keys. */
export const singleKeySource = sqliteTable(
  "single_key_source",
  {
    fileId: text("file_id").primaryKey(),
    /** Prefix of the imported ciphertext in the SOURCE bucket. */
    prefix: text("prefix").notNull(),
    /** Base64 text, wrapped like every content key. */
    wrappedKey: text("wrapped_key").notNull(),
    kekId: text("kek_id").notNull(),
    /** The playlist under the prefix of each quality. */
    renditions: text("renditions", { mode: "json" })
      .$type<readonly { readonly quality: Quality; readonly playlist: string }[]>()
      .notNull(),
    /** Null until a batch or a viewer requests it. */
    requestedAt: timestamp("requested_at"),
    /** Time of its queueing by a batch; null if it is not queued. Written only by rekey-store.ts. */
    queuedAt: timestamp("queued_at"),
    createdAt: timestamp("created_at").notNull(),
  },
  (t) => [
    index("single_key_source_prefix").on(t.prefix),
    index("single_key_source_queued").on(t.queuedAt).where(sql`queued_at IS NOT NULL`),
    index("single_key_source_requested").on(t.requestedAt).where(sql`requested_at IS NOT NULL`),
  ],
);
