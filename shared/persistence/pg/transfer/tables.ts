import { getTableColumns, getTableName, type Table } from "drizzle-orm";
import { getTableConfig, type PgTable } from "drizzle-orm/pg-core";
import type { ColumnKind, TransferTable } from "../../transfer/records.ts";
import { apiKey, auditEvent } from "../schema/callers.ts";
import { encoderJob } from "../schema/encoder.ts";
import { idempotencyKey } from "../schema/idempotency.ts";
import { keyRotationBatch, keyRotationItem, videoTranscodeJob } from "../schema/jobs.ts";
import { jobLaunch, launchRate } from "../schema/launches.ts";
import { authorReward, publishedVideo } from "../schema/library.ts";
import { accessRevocation, singleKeySource, videoHlsEncryptKey, videoHlsQualityAuth } from "../schema/playback.ts";
import { serviceMark } from "../schema/service.ts";
import { uploadSession, uploadToken } from "../schema/uploads.ts";
import { videoFilePost, videoHlsAbrVariant, videoPost, videoPostRevision } from "../schema/video-post.ts";
import { webhookAttempt, webhookDelivery, webhookEndpoint, webhookSecret } from "../schema/webhooks.ts";

/**
 * Every table of a deployment, in the order in which its rows are written: `published_video` is before `video_post`,
 * whose triggers would otherwise add rows to it. Both schemas have the same tables and columns.
 */
export const TRANSFER_TABLES: readonly TransferTable[] = [
  publishedVideo,
  videoPost,
  videoFilePost,
  videoHlsAbrVariant,
  videoHlsEncryptKey,
  videoHlsQualityAuth,
  singleKeySource,
  videoPostRevision,
  videoTranscodeJob,
  jobLaunch,
  launchRate,
  encoderJob,
  keyRotationBatch,
  keyRotationItem,
  uploadSession,
  uploadToken,
  accessRevocation,
  authorReward,
  apiKey,
  auditEvent,
  idempotencyKey,
  webhookEndpoint,
  webhookSecret,
  webhookDelivery,
  webhookAttempt,
  serviceMark,
].map(tableOf);

function tableOf(table: PgTable): TransferTable {
  const columns = Object.values(getTableColumns(table as Table));
  const composite = getTableConfig(table).primaryKeys[0]?.columns.map(({ name }) => name);
  const numbered = columns.find((column) => "generatedIdentity" in column && column.generatedIdentity !== undefined);
  return {
    name: getTableName(table),
    columns: columns.map((column) => ({ name: column.name, kind: kindOf(column.getSQLType()) })),
    key: composite ?? columns.filter(({ primary }) => primary).map(({ name }) => name),
    numbered: numbered?.name ?? null,
  };
}

function kindOf(type: string): ColumnKind {
  switch (type) {
    case "bigint":
      return "integer";
    case "double precision":
      return "real";
    case "boolean":
      return "flag";
    case "json":
    case "jsonb":
      return "json";
    default:
      return "text";
  }
}
