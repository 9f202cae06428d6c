import { sql } from "drizzle-orm";
import { index, integer, primaryKey, real, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { ContentKeyStatus } from "../../domain/content-key.ts";
import type { DomainEvent } from "../../domain/domain-event.ts";
import type { Quality } from "../../domain/quality.ts";
import type { QualityPolicy } from "../../domain/quality-auth.ts";
import type { ProbeFacts } from "../../domain/rendition.ts";
import type { JobKind, JobProgress, JobStage, JobState } from "../../domain/transcode-job.ts";
import type { EncryptStatus, TransferResult, UpdateType } from "../../domain/video-file.ts";
import type { Interaction, PostAccess, ResourceType, VideoPostStatus } from "../../domain/video-post.ts";

/** Times are integers of milliseconds since the epoch, durations are seconds. */
const timestamp = (name: string) => integer(name);
const flag = (name: string) => integer(name, { mode: "boolean" });

export const videoPost = sqliteTable(
  "video_post",
  {
    id: text("id").primaryKey(),
    authorId: text("author_id").notNull(),
    title: text("title").notNull(),
    slug: text("slug").notNull(),
    description: text("description").notNull(),
    resourceType: text("resource_type").$type<ResourceType>().notNull(),
    status: text("status").$type<VideoPostStatus>().notNull(),
    interaction: text("interaction", { mode: "json" }).$type<Interaction>().notNull(),
    /** Which default policies a new quality gets: those of the deployment, or PUBLIC for all. */
    access: text("access").$type<PostAccess>().notNull(),
    autoPublish: flag("auto_publish").notNull(),
    durationSeconds: real("duration").notNull(),
    auditResult: text("audit_result").$type<"PASSED" | "REJECTED">(),
    auditReason: text("audit_reason"),
    auditedBy: text("audited_by"),
    auditedAt: timestamp("audited_at"),
    version: integer("version").notNull(),
    nextFileIndex: integer("next_file_index").notNull(),
    createdAt: timestamp("created_at").notNull(),
    updatedAt: timestamp("updated_at").notNull(),
    deletedAt: timestamp("deleted_at"),
  },
  (t) => [index("video_post_status").on(t.status, t.id), index("video_post_slug").on(t.slug)],
);

export const videoFilePost = sqliteTable(
  "video_file_post",
  {
    id: text("id").primaryKey(),
    videoId: text("video_id").notNull(),
    fileIndex: integer("file_index").notNull(),
    position: integer("position").notNull(),
    uploadId: text("upload_id"),
    sourceUrl: text("source_url"),
    fileName: text("file_name").notNull(),
    fileSize: integer("file_size"),
    durationSeconds: real("duration"),
    transferResult: text("transfer_result").$type<TransferResult>().notNull(),
    encryptStatus: text("encrypt_status").$type<EncryptStatus>().notNull(),
    /** Written by job statements alone: see job-store.ts. */
    updateType: text("update_type").$type<UpdateType>().notNull().default("HAS_UPDATE"),
    filePath: text("file_path"),
    filePathJobId: text("file_path_job_id"),
    encPath: text("enc_path"),
    encPathJobId: text("enc_path_job_id"),
    keyVersion: integer("key_version"),
    failReason: text("fail_reason"),
    probe: text("probe", { mode: "json" }).$type<ProbeFacts>(),
    warnings: text("warnings", { mode: "json" }).$type<readonly string[]>().notNull(),
    createdAt: timestamp("created_at").notNull(),
  },
  (t) => [
    uniqueIndex("video_file_post_index").on(t.videoId, t.fileIndex),
    index("video_file_post_upload").on(t.uploadId),
    index("video_file_post_scan").on(t.transferResult, t.encryptStatus, t.updateType, t.videoId),
  ],
);

export const videoHlsAbrVariant = sqliteTable(
  "video_hls_abr_variant",
  {
    fileId: text("file_id").notNull(),
    transcodeJobId: text("transcode_job_id").notNull(),
    quality: text("quality").$type<Quality>().notNull(),
    alias: text("alias").notNull(),
    width: integer("width"),
    height: integer("height"),
    peakBandwidth: integer("peak_bandwidth").notNull(),
    averageBandwidth: integer("average_bandwidth").notNull(),
    codecs: text("codecs").notNull(),
    frameRateNumerator: integer("frame_rate_numerator"),
    frameRateDenominator: integer("frame_rate_denominator"),
    segmentCount: integer("segment_count").notNull(),
    bytes: integer("bytes").notNull(),
  },
  (t) => [primaryKey({ columns: [t.fileId, t.transcodeJobId, t.quality] })],
);

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
    status: text("status").$type<ContentKeyStatus>().notNull(),
    usableUntil: timestamp("usable_until"),
    createdAt: timestamp("created_at").notNull(),
  },
  (t) => [uniqueIndex("video_hls_encrypt_key_version").on(t.fileId, t.quality, t.keyVersion)],
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
  },
  (t) => [primaryKey({ columns: [t.tokenId, t.sessionId] })],
);

export const uploadSession = sqliteTable(
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
    metadata: text("metadata", { mode: "json" }).$type<Record<string, string | null>>().notNull(),
    expiresAt: timestamp("expires_at").notNull(),
    createdAt: timestamp("created_at").notNull(),
  },
  (t) => [index("upload_session_expires").on(t.state, t.expiresAt)],
);

export const videoTranscodeJob = sqliteTable(
  "video_transcode_job",
  {
    jobId: text("job_id").primaryKey(),
    videoPostId: text("video_post_id").notNull(),
    fileId: text("file_id").notNull(),
    kind: text("kind").$type<JobKind>().notNull(),
    state: text("state").$type<JobState>().notNull(),
    stage: text("stage").$type<JobStage>(),
    claimNo: integer("claim_no").notNull(),
    attempt: integer("attempt").notNull(),
    maxAttempts: integer("max_attempts").notNull(),
    leaseOwner: text("lease_owner"),
    leaseToken: text("lease_token"),
    leaseExpiresAt: timestamp("lease_expires_at"),
    runAfter: timestamp("run_after").notNull(),
    progress: text("progress", { mode: "json" }).$type<JobProgress>(),
    failReason: text("fail_reason"),
    cancelRequested: flag("cancel_requested").notNull(),
    createdAt: timestamp("created_at").notNull(),
    startedAt: timestamp("started_at"),
    finishedAt: timestamp("finished_at"),
    updatedAt: timestamp("updated_at").notNull(),
  },
  (t) => [
    index("video_transcode_job_due").on(t.state, t.runAfter, t.jobId),
    index("video_transcode_job_post").on(t.videoPostId),
    uniqueIndex("video_transcode_job_lease").on(t.leaseToken).where(sql`lease_token IS NOT NULL`),
    uniqueIndex("video_transcode_job_live").on(t.fileId, t.kind).where(sql`state IN ('QUEUED','RUNNING','RETRY_WAIT')`),
  ],
);

export const videoPostRevision = sqliteTable(
  "video_post_revision",
  {
    videoPostId: text("video_post_id").notNull(),
    version: integer("version").notNull(),
    saveId: text("save_id").notNull(),
    events: text("events", { mode: "json" }).$type<readonly DomainEvent[]>().notNull(),
    /** Null, and therefore refused, when the job whose result this save records has lost its lease. */
    leaseGuard: integer("lease_guard").notNull(),
    createdAt: timestamp("created_at").notNull(),
    dispatchedAt: timestamp("dispatched_at"),
  },
  (t) => [
    primaryKey({ columns: [t.videoPostId, t.version] }),
    index("video_post_revision_outbox").on(t.createdAt).where(sql`dispatched_at IS NULL`),
  ],
);
