import { index, pgTable, primaryKey } from "drizzle-orm/pg-core";
import { integer, text, timestamp } from "./columns.ts";

/** Requests with an Idempotency-Key. Without `status` one is running, or has died. */
export const idempotencyKey = pgTable(
  "idempotency_key",
  {
    callerId: text("caller_id").notNull(),
    key: text("key").notNull(),
    /** Of method, path, query and body. */
    fingerprint: text("fingerprint").notNull(),
    /** The request that runs; another may take over after `claimed_until`. */
    claimId: text("claim_id").notNull(),
    claimedUntil: timestamp("claimed_until").notNull(),
    status: integer("status"),
    /** Body and facts of the answer, wrapped under `kek_id`. */
    answer: text("answer"),
    kekId: text("kek_id"),
    expiresAt: timestamp("expires_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.callerId, t.key] }), index("idempotency_key_expires").on(t.expiresAt)],
);
