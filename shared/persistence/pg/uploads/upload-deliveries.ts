import { type SQL, sql } from "drizzle-orm";
import type { CreatedAt } from "../../../application/ports/webhook-deliveries.ts";
import type { WebhookEventType } from "../../../domain/webhooks/webhook-event.ts";
import { receives } from "../webhooks/receiving-endpoints.ts";

type UploadEventType = Extract<WebhookEventType, `upload.${string}`>;

/*
 * The deliveries of uploads that a statement has changed, each stored by the statement that makes the change: `changed`
 * is the name of its CTE, which returns the columns of `upload_session` after the change.
 */

export function insertCompleted(changed: SQL, at: CreatedAt): SQL {
  const data = sql`json_build_object('uploadId', c.upload_id, 'size', c.size, 'fileName', ${FILE_NAME},
    'uploadTokenId', c.token_id)`;
  const id = sql`'evt_upload_' || c.upload_id || '_completed'`;
  return insertDeliveries("upload.completed", { id, data, changed, which: sql`c.state = 'COMPLETE'` }, at);
}

/** Of the uploads with `has_expired`, whose removal by the sweep begins. */
export function insertExpired(changed: SQL, at: CreatedAt): SQL {
  const data = sql`json_build_object('uploadId', c.upload_id, 'size', c.size, 'state', c.state, 'fileName', ${FILE_NAME},
    'uploadTokenId', c.token_id)`;
  const id = sql`'evt_upload_' || c.upload_id || '_expired'`;
  return insertDeliveries("upload.expired", { id, data, changed, which: sql`c.has_expired` }, at);
}

/** Of upload tokens that have ended, those that never had an upload. */
export function insertExpiredTokens(changed: SQL, at: CreatedAt): SQL {
  const data = sql`json_build_object('uploadId', NULL, 'size', NULL, 'state', NULL, 'fileName', NULL,
    'uploadTokenId', c.token_id)`;
  const id = sql`'evt_upload_token_' || c.token_id || '_expired'`;
  const which = sql`c.upload_id IS NULL AND c.revoked_at IS NULL`;
  return insertDeliveries("upload.expired", { id, data, changed, which }, at);
}

const FILE_NAME = sql`nullif(trim(c.metadata->>'filename'), '')`;

type Source = { readonly id: SQL; readonly data: SQL; readonly changed: SQL; readonly which: SQL };

function insertDeliveries(type: UploadEventType, { id, data, changed, which }: Source, at: CreatedAt): SQL {
  const { now, firstAttemptAt } = at;
  const body = sql`json_build_object('type', ${type}::text, 'timestamp', ${new Date(now).toISOString()}::text, 'data', ${data})`;
  const isEnabled = sql`webhook_endpoint.state = 'ENABLED'`;
  return sql`INSERT INTO webhook_delivery
      (endpoint_id, event_id, type, event_at, body, state, attempts, step, next_attempt_at, wake_at, created_at)
    SELECT webhook_endpoint.id, ${id}, ${type}::text, ${now}::bigint, ${body}::text,
      CASE WHEN ${isEnabled} THEN 'PENDING' ELSE 'HELD' END, 0, 0,
      CASE WHEN ${isEnabled} THEN ${firstAttemptAt}::bigint END, CASE WHEN ${isEnabled} THEN ${now}::bigint END,
      ${now}::bigint
    FROM ${changed} c CROSS JOIN webhook_endpoint WHERE ${which} AND ${receives(type)}
    FOR KEY SHARE OF webhook_endpoint
    ON CONFLICT DO NOTHING`;
}
