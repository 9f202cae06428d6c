import { type SQL, sql } from "drizzle-orm";
import type { CreatedAt } from "../../../application/ports/webhook-deliveries.ts";
import type { WebhookEventType } from "../../../domain/webhooks/webhook-event.ts";
import { uploadSession } from "../schema/uploads.ts";
import { receives } from "../webhooks/receiving-endpoints.ts";

type UploadEventType = Extract<WebhookEventType, `upload.${string}`>;

const FILE_NAME = sql`nullif(trim(json_extract(${uploadSession.metadata}, '$.filename')), '')`;

/**
 * The deliveries of `upload.completed` for the uploads that match, to run before the statement that completes them, in
 * its batch and with its condition: a repetition matches none.
 */
export function insertCompleted(which: SQL | undefined, at: CreatedAt, size: number | null = null): SQL {
  const data = sql`json_object('uploadId', ${uploadSession.uploadId}, 'size', coalesce(${size}, ${uploadSession.size}),
    'fileName', ${FILE_NAME}, 'uploadTokenId', ${uploadSession.tokenId})`;
  const id = sql`'evt_upload_' || ${uploadSession.uploadId} || '_completed'`;
  return insertDeliveries("upload.completed", { id, data, from: sql`upload_session`, which }, at);
}

/** The same for the uploads whose removal by the sweep begins. */
export function insertExpired(which: SQL | undefined, at: CreatedAt): SQL {
  const data = sql`json_object('uploadId', ${uploadSession.uploadId}, 'size', ${uploadSession.size},
    'state', ${uploadSession.state}, 'fileName', ${FILE_NAME}, 'uploadTokenId', ${uploadSession.tokenId})`;
  const id = sql`'evt_upload_' || ${uploadSession.uploadId} || '_expired'`;
  return insertDeliveries("upload.expired", { id, data, from: sql`upload_session`, which }, at);
}

/** The same for upload tokens without an upload that the statement before has ended. */
export function insertExpiredTokens(at: CreatedAt): SQL {
  const which = sql`upload_token.ended_at = ${at.now} AND upload_token.upload_id IS NULL AND upload_token.revoked_at IS NULL`;
  const data = sql`json_object('uploadId', NULL, 'size', NULL, 'state', NULL, 'fileName', NULL,
    'uploadTokenId', upload_token.token_id)`;
  const id = sql`'evt_upload_token_' || upload_token.token_id || '_expired'`;
  return insertDeliveries("upload.expired", { id, data, from: sql`upload_token`, which }, at);
}

type Source = { readonly id: SQL; readonly data: SQL; readonly from: SQL; readonly which: SQL | undefined };

function insertDeliveries(type: UploadEventType, { id, data, from, which }: Source, at: CreatedAt): SQL {
  const { now, firstAttemptAt } = at;
  const body = sql`json_object('type', ${type}, 'timestamp', ${new Date(now).toISOString()}, 'data', ${data})`;
  const isEnabled = sql`webhook_endpoint.state = 'ENABLED'`;
  return sql`INSERT INTO webhook_delivery
      (endpoint_id, event_id, type, event_at, body, state, attempts, step, next_attempt_at, wake_at, created_at)
    SELECT webhook_endpoint.id, ${id}, ${type}, ${now}, ${body}, iif(${isEnabled}, 'PENDING', 'HELD'), 0, 0,
      iif(${isEnabled}, ${firstAttemptAt}, NULL), iif(${isEnabled}, ${now}, NULL), ${now}
    FROM ${from} JOIN webhook_endpoint WHERE ${which} AND ${receives(type)}
    ON CONFLICT DO NOTHING`;
}
