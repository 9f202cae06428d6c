import { sql } from "drizzle-orm";
import { index, pgTable } from "drizzle-orm/pg-core";
import type { Scope } from "../../../domain/access/scope.ts";
import { integer, json, text, timestamp } from "./columns.ts";

export const apiKey = pgTable(
  "api_key",
  {
    /** Public half: the middle part of the key. */
    keyId: text("key_id").primaryKey(),
    name: text("name").notNull(),
    scopes: json("scopes").$type<readonly Scope[]>().notNull(),
    /** Base64url of the SHA-256 of the secret half, which has 256 random bits and therefore needs no slow hash. */
    secretHash: text("secret_hash").notNull(),
    createdBy: text("created_by").notNull(),
    createdAt: timestamp("created_at").notNull(),
    expiresAt: timestamp("expires_at"),
    revokedAt: timestamp("revoked_at"),
    lastUsedAt: timestamp("last_used_at"),
  },
  (t) => [index("api_key_created").on(t.createdAt, t.keyId)],
);

/**
 * Append-only: triggers refuse every UPDATE but the removal of a viewer, a second row of an id, and the DELETE of a row
 * before `keep_until`. Migrations 0004 and forget_viewers have them: one that rebuilds this table must create them again.
 */
export const auditEvent = pgTable(
  "audit_event",
  {
    /** UUIDv7: the order of the log. */
    id: text("id").primaryKey(),
    at: timestamp("at").notNull(),
    /** `api-key:{keyId}`, `access:{e-mail}`, `gateway:{sub}`, `viewer:{name}`, `anonymous` or `various`. */
    actor: text("actor").notNull(),
    action: text("action").notNull(),
    videoPostId: text("video_post_id"),
    fileIndex: integer("file_index"),
    /** HTTP status of the answer. */
    status: integer("status").notNull(),
    /** Problem code of a refusal. */
    reason: text("reason"),
    /** Number of equal events in this row: refusals at the key endpoint are counted, not repeated. */
    count: integer("count").notNull(),
    clientAddress: text("client_address"),
    country: text("country"),
    details: json("details").$type<Readonly<Record<string, unknown>>>(),
    keepUntil: timestamp("keep_until").notNull(),
  },
  (t) => [
    index("audit_event_post").on(t.videoPostId, t.id).where(sql`video_post_id IS NOT NULL`),
    index("audit_event_actor").on(t.actor, t.id),
    index("audit_event_action").on(t.action, t.id),
    // Refused and successful requests: either may be a small part of the log.
    index("audit_event_refused").on(t.id).where(sql`status >= 400`),
    index("audit_event_done").on(t.id).where(sql`status < 400`),
    index("audit_event_keep_until").on(t.keepUntil),
    // Events that name a viewer, for its removal.
    index("audit_event_viewer").on(sql`(details->>'viewer')`).where(sql`details->>'viewer' IS NOT NULL`),
  ],
);
