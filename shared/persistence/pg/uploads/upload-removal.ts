import { sql } from "drizzle-orm";
import type { CreatedAt } from "../../../application/ports/webhook-deliveries.ts";
import { UPLOAD_REMOVAL_DELAY_MS, type Upload } from "../../../domain/uploads/upload.ts";
import { columnsOf, type Database, rowOf } from "../database.ts";
import { uploadSession } from "../schema/uploads.ts";
import { insertExpired } from "./upload-deliveries.ts";

/** The expiry of an upload that is being removed: 0 is always in the past, and an expired upload takes no chunk. */
export const REMOVING = 0;

/* Conditions on a row `u` of upload_session. */

/** The removal delay is over. */
export const hasPassed = (now: number) => sql`u.expires_at <= ${now - UPLOAD_REMOVAL_DELAY_MS}`;

/** A part was made of it. */
export const IS_USED = sql`EXISTS (SELECT 1 FROM video_file_post f WHERE f.upload_id = u.upload_id)`;

/** The token's post is reserved and not saved yet. */
const HAS_RESERVED_POST = sql`EXISTS (SELECT 1 FROM upload_token t WHERE t.token_id = u.token_id
  AND t.upload_id = u.upload_id AND t.ended_at IS NULL AND t.video_post_id IS NOT NULL)`;

/** A complete upload waits for the post of its token, unless the token is revoked. */
export const MAKES_NO_POST = sql`NOT (u.state = 'COMPLETE' AND EXISTS (SELECT 1 FROM upload_token t
  WHERE t.token_id = u.token_id AND t.upload_id = u.upload_id AND t.ended_at IS NULL))`;

/**
 * With `expiry` only what has expired raises an event. The upload is locked first, as by the reservation of a post, and
 * the conditions on other tables are read by the statement after it, so that one of the two sees the other.
 */
export async function beginRemoval(db: Database, uploadId: string, expiry: CreatedAt | null): Promise<Upload | null> {
  const hasExpired = expiry === null ? sql`false` : sql`u.expires_at <> ${REMOVING} AND ${hasPassed(expiry.now)}`;
  const announced = expiry === null ? sql`` : sql`, announced AS (${insertExpired(sql`removed`, expiry)})`;
  const [, removed] = await db.batch([
    sql`SELECT 1 FROM upload_session WHERE upload_id = ${uploadId} FOR UPDATE`,
    sql`WITH due AS (SELECT u.upload_id, ${hasExpired} AS has_expired FROM upload_session u
          WHERE u.upload_id = ${uploadId} AND NOT ${IS_USED} AND NOT ${HAS_RESERVED_POST}),
        removed AS (UPDATE upload_session u SET expires_at = ${REMOVING} FROM due WHERE u.upload_id = due.upload_id
          RETURNING ${columnsOf(uploadSession, "u")}, due.has_expired)${announced}
      SELECT * FROM removed`,
  ]);
  const [row] = removed?.rows ?? [];
  return row === undefined ? null : rowOf(uploadSession, row);
}
