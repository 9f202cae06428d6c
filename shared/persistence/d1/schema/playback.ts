import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { ContentKeyStatus } from "../../../domain/content-key.ts";
import type { Quality } from "../../../domain/quality.ts";
import type { QualityPolicy } from "../../../domain/quality-auth.ts";
import { timestamp } from "./columns.ts";

export const videoHlsEncryptKey = sqliteTable(
  "video_hls_encrypt_key",
  {
    keyId: text("key_id").primaryKey(),
    fileId: text("file_id").notNull(),
    quality: text("quality").$type<Quality>().notNull(),
    keyVersion: integer("key_version").notNull(),
    /** Base64 text, since D1 hands BLOBs over as arrays of numbers. */
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
    // What a load reads.
    index("video_hls_encrypt_key_live").on(t.fileId).where(sql`status <> 'REVOKED'`),
    // What is deleted some time after its end.
    index("video_hls_encrypt_key_revoked").on(t.revokedAt).where(sql`revoked_at IS NOT NULL`),
    index("video_hls_encrypt_key_retiring").on(t.usableUntil).where(sql`usable_until IS NOT NULL`),
    // Which keys are still under an old key-encryption key.
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

export const videoHlsKeyToken = sqliteTable(
  "video_hls_key_token",
  {
    tokenId: text("token_id").primaryKey(),
    fileId: text("file_id").notNull(),
    keyVersion: integer("key_version").notNull(),
    allowedQualities: text("allowed_qualities", { mode: "json" }).$type<readonly Quality[]>().notNull(),
    /** Whom it was issued to, as the issuer names them; null for anybody. */
    viewer: text("viewer"),
    /** Play sessions that it may start; null for no limit. */
    maxUses: integer("max_uses"),
    /** Sessions that its viewer may have at the same time, over all tokens; null for no limit. */
    sessionLimit: integer("session_limit"),
    /** What happens at that limit; null where there is none. */
    sessionOverflow: text("session_overflow").$type<"REFUSE" | "END_OLDEST">(),
    startBefore: timestamp("start_before").notNull(),
    deleteAfter: timestamp("delete_after").notNull(),
    status: text("status").$type<"ACTIVE" | "REVOKED">().notNull(),
    createdAt: timestamp("created_at").notNull(),
  },
  (t) => [
    index("video_hls_key_token_delete_after").on(t.deleteAfter),
    // Revocation must not read the tokens of everybody else.
    index("video_hls_key_token_viewer").on(t.viewer, t.status).where(sql`viewer IS NOT NULL`),
    index("video_hls_key_token_file").on(t.fileId, t.status),
  ],
);

export const videoHlsTokenSession = sqliteTable(
  "video_hls_token_session",
  {
    tokenId: text("token_id").notNull(),
    sessionId: text("session_id").notNull(),
    createdAt: timestamp("created_at").notNull(),
    /** Of its token; what a limit of concurrent sessions counts by. */
    viewer: text("viewer"),
    /** When it ends by itself; a refresh moves it. Null for sessions from before there were limits. */
    expiresAt: timestamp("expires_at"),
    /** When it was ended before its time: by its player, or by a newer session of the same viewer. */
    endedAt: timestamp("ended_at"),
  },
  (t) => [
    primaryKey({ columns: [t.tokenId, t.sessionId] }),
    index("video_hls_token_session_viewer")
      .on(t.viewer, t.createdAt)
      .where(sql`viewer IS NOT NULL AND ended_at IS NULL`),
  ],
);

/** Content that came with one key for all qualities: what its part is decrypted from, until it has keys of its own. */
export const singleKeySource = sqliteTable(
  "single_key_source",
  {
    fileId: text("file_id").primaryKey(),
    /** Where the imported ciphertext lies in the SOURCE bucket. */
    prefix: text("prefix").notNull(),
    /** Base64 text, wrapped like every content key. */
    wrappedKey: text("wrapped_key").notNull(),
    kekId: text("kek_id").notNull(),
    /** Which playlist under the prefix belongs to which quality. */
    renditions: text("renditions", { mode: "json" })
      .$type<readonly { readonly quality: Quality; readonly playlist: string }[]>()
      .notNull(),
    /** Null until a batch or a viewer asks for it. */
    requestedAt: timestamp("requested_at"),
    /** Since when it waits for its turn in a batch; null where no batch has it. Written only by migration-store.ts. */
    queuedAt: timestamp("queued_at"),
    createdAt: timestamp("created_at").notNull(),
  },
  (t) => [
    index("single_key_source_prefix").on(t.prefix),
    index("single_key_source_queued").on(t.queuedAt).where(sql`queued_at IS NOT NULL`),
    index("single_key_source_requested").on(t.requestedAt).where(sql`requested_at IS NOT NULL`),
  ],
);
