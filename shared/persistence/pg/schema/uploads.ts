import { sql } from "drizzle-orm";
import { index, pgTable } from "drizzle-orm/pg-core";
import type { PostDefaults } from "../../../domain/uploads/upload-token.ts";
import { integer, json, orderedJson, real, text, timestamp } from "./columns.ts";

export const uploadSession = pgTable(
  "upload_session",
  {
    uploadId: text("upload_id").primaryKey(),
    owner: text("owner").notNull(),
    /** Bytes; null until the client declares it. */
    size: integer("size"),
    offset: integer("offset").notNull(),
    /** Prefix of the chunks in the SOURCE bucket. */
    tempPath: text("temp_path").notNull(),
    state: text("state").$type<"OPEN" | "COMPLETE">().notNull(),
    /** The protocol returns Upload-Metadata as the client sent it. */
    metadata: orderedJson("metadata").$type<Record<string, string | null>>().notNull(),
    expiresAt: timestamp("expires_at").notNull(),
    createdAt: timestamp("created_at").notNull(),
    /** The upload token that it was created with. */
    tokenId: text("token_id"),
    /** Longest media that may be made of it. */
    maxDurationSeconds: real("max_duration_seconds"),
    /** R2's id of a multipart upload. */
    multipartId: text("multipart_id"),
    partSize: integer("part_size"),
  },
  (t) => [index("upload_session_expires").on(t.expiresAt, t.tokenId)],
);

export const uploadToken = pgTable(
  "upload_token",
  {
    /** UUIDv7: the order of the list. */
    tokenId: text("token_id").primaryKey(),
    owner: text("owner").notNull(),
    maxBytes: integer("max_bytes").notNull(),
    maxDurationSeconds: real("max_duration_seconds"),
    corsOrigin: text("cors_origin"),
    postDefaults: json("post_defaults").$type<PostDefaults>().notNull(),
    expiresAt: timestamp("expires_at").notNull(),
    createdAt: timestamp("created_at").notNull(),
    revokedAt: timestamp("revoked_at"),
    uploadId: text("upload_id"),
    videoPostId: text("video_post_id"),
    postCreatedAt: timestamp("post_created_at"),
    endedAt: timestamp("ended_at"),
  },
  (t) => [
    index("upload_token_owner").on(t.owner, t.tokenId),
    index("upload_token_expiring").on(t.expiresAt).where(sql`ended_at IS NULL`),
    // Read whole: the tokens whose uploads are in progress.
    index("upload_token_uploading").on(t.tokenId).where(sql`ended_at IS NULL AND upload_id IS NOT NULL`),
    index("upload_token_ended").on(t.endedAt).where(sql`ended_at IS NOT NULL`),
  ],
);
