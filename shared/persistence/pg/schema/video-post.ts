import { sql } from "drizzle-orm";
import { index, pgTable, primaryKey, uniqueIndex } from "drizzle-orm/pg-core";
import type { DomainEvent, NewEvent } from "../../../domain/events/domain-event.ts";
import type { FailureCode } from "../../../domain/job/failure.ts";
import type { Caption, Chapters } from "../../../domain/part/caption.ts";
import type { PartImages, PosterChoice } from "../../../domain/part/part-images.ts";
import type { EncryptStatus, TransferResult, UpdateType, VersionState } from "../../../domain/part/video-file.ts";
import type { PostMetadata } from "../../../domain/post/post-metadata.ts";
import type { StoredTrace } from "../../../domain/post/post-trace.ts";
import type {
  Interaction,
  PostAccess,
  ResourceType,
  VideoPostStatus,
  Withdrawal,
} from "../../../domain/post/video-post.ts";
import type { Quality } from "../../../domain/quality/quality.ts";
import type { ProbeFacts } from "../../../domain/quality/rendition.ts";
import { flag, integer, json, real, text, timestamp } from "./columns.ts";

/** Versions that play or may play; in the words of the partial index of the scan, which is otherwise not used. */
export const LIVE_VERSION = sql.raw("version_state IN ('PRESENT', 'NEXT')");
/** The one version that names a part outside, also after its removal. */
const NAMED_VERSION = sql`version_state IN ('PRESENT', 'REMOVED')`;

const UNPUBLISHED_PASS = sql`audit_result = 'PASSED' AND published_at IS NULL AND deleted_at IS NULL`;
const NOT_DELETED = sql`deleted_at IS NULL`;

export const videoPost = pgTable(
  "video_post",
  {
    id: text("id").primaryKey(),
    /** The id of its import, which makes no second post; null for any other post. */
    importId: text("import_id"),
    authorId: text("author_id").notNull(),
    title: text("title").notNull(),
    /** `title` as lists find it (shared/domain/post/folded-title.ts); NULL in rows of releases without it. */
    titleFolded: text("title_folded"),
    /** The title that was folded. Where it is not the title, the Cron Trigger folds again. */
    titleFoldedFrom: text("title_folded_from"),
    slug: text("slug").notNull(),
    description: text("description").notNull(),
    resourceType: text("resource_type").$type<ResourceType>().notNull(),
    status: text("status").$type<VideoPostStatus>().notNull(),
    interaction: json("interaction").$type<Interaction>().notNull(),
    /** Default policies of new qualities: those of the deployment, or PUBLIC for all. */
    access: text("access").$type<PostAccess>().notNull(),
    autoPublish: flag("auto_publish").notNull(),
    metadata: json("metadata").$type<PostMetadata>().notNull().default({}),
    passthrough: text("passthrough"),
    durationSeconds: real("duration").notNull(),
    auditResult: text("audit_result").$type<"PASSED" | "REJECTED">(),
    auditReason: text("audit_reason"),
    auditedBy: text("audited_by"),
    auditedAt: timestamp("audited_at"),
    withdrawal: json("withdrawal").$type<Withdrawal>(),
    /** Time of publication; NULL while it is not published. */
    publishedAt: timestamp("published_at"),
    version: integer("version").notNull(),
    nextFileIndex: integer("next_file_index").notNull(),
    createdAt: timestamp("created_at").notNull(),
    updatedAt: timestamp("updated_at").notNull(),
    deletedAt: timestamp("deleted_at"),
  },
  (t) => [
    // Lists, each in the order of its index. The first three list what is not deleted and change only with a deletion.
    index("video_post_live").on(t.id).where(NOT_DELETED),
    index("video_post_author").on(t.authorId, t.id).where(NOT_DELETED),
    index("video_post_type").on(t.resourceType, t.id).where(NOT_DELETED),
    index("video_post_status").on(t.status, t.id),
    index("video_post_author_status").on(t.authorId, t.status, t.id),
    index("video_post_slug").on(t.slug, t.id),
    index("video_post_title").on(t.titleFolded, t.id),
    index("video_post_unfolded").on(t.id).where(sql`title_folded_from IS DISTINCT FROM title`),
    // Posts that a release without `published_at` published; only during a deployment.
    index("video_post_unpublished_pass").on(t.id).where(UNPUBLISHED_PASS),
    uniqueIndex("video_post_import").on(t.importId).where(sql`import_id IS NOT NULL`),
  ],
);

export const videoFilePost = pgTable(
  "video_file_post",
  {
    id: text("id").primaryKey(),
    videoId: text("video_id").notNull(),
    fileIndex: integer("file_index").notNull(),
    versionState: text("version_state").$type<VersionState>().notNull().default("PRESENT"),
    position: integer("position").notNull(),
    uploadId: text("upload_id"),
    /** Wrapped under `source_kek_id`; "" once it is no longer needed, NULL if the source is no URL. */
    sourceUrl: text("source_url"),
    sourceKekId: text("source_kek_id"),
    fileName: text("file_name").notNull(),
    fileSize: integer("file_size"),
    durationSeconds: real("duration"),
    transferResult: text("transfer_result").$type<TransferResult>().notNull(),
    encryptStatus: text("encrypt_status").$type<EncryptStatus>().notNull(),
    /** Written only by the job statements. */
    updateType: text("update_type").$type<UpdateType>().notNull().default("HAS_UPDATE"),
    filePath: text("file_path"),
    filePathJobId: text("file_path_job_id"),
    encPath: text("enc_path"),
    encPathJobId: text("enc_path_job_id"),
    keyVersion: integer("key_version"),
    /** The highest version ever staged. */
    lastKeyVersion: integer("last_key_version").notNull().default(0),
    images: json("images").$type<PartImages>(),
    poster: json("poster").$type<PosterChoice>(),
    /** Of a poster that an editor uploaded: names its object for the collection of garbage. */
    posterId: text("poster_id"),
    failCode: text("fail_code").$type<FailureCode>(),
    failReason: text("fail_reason"),
    probe: json("probe").$type<ProbeFacts>(),
    warnings: json("warnings").$type<readonly string[]>().notNull(),
    captions: json("captions").$type<readonly Caption[]>().notNull().default([]),
    chapters: json("chapters").$type<Chapters>(),
    mediaStart: integer("media_start"),
    createdAt: timestamp("created_at").notNull(),
  },
  (t) => [
    uniqueIndex("video_file_post_index").on(t.videoId, t.fileIndex).where(NAMED_VERSION),
    uniqueIndex("video_file_post_next").on(t.videoId, t.fileIndex).where(sql`version_state = 'NEXT'`),
    // All versions of a part.
    index("video_file_post_versions").on(t.videoId, t.fileIndex),
    // One upload makes one part.
    uniqueIndex("video_file_post_upload").on(t.uploadId).where(sql`upload_id IS NOT NULL`),
    index("video_file_post_poster").on(t.posterId).where(sql`poster_id IS NOT NULL`),
    // Imported parts, which have neither: the progress of their re-key.
    index("video_file_post_imported")
      .on(t.transferResult, t.encryptStatus)
      .where(sql`upload_id IS NULL AND source_url IS NULL`),
    // Finds URLs by key-encryption key.
    index("video_file_post_kek").on(t.sourceKekId, t.id).where(sql`source_kek_id IS NOT NULL`),
    index("video_file_post_scan").on(t.transferResult, t.encryptStatus, t.updateType, t.videoId).where(LIVE_VERSION),
  ],
);

export const videoHlsAbrVariant = pgTable(
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

export const videoPostRevision = pgTable(
  "video_post_revision",
  {
    videoPostId: text("video_post_id").notNull(),
    version: integer("version").notNull(),
    saveId: text("save_id").notNull(),
    events: json("events").$type<readonly (NewEvent | DomainEvent)[]>().notNull(),
    /** Null, and so refused, if the job whose result this save records has lost its lease. */
    leaseGuard: integer("lease_guard").notNull(),
    /** Who changed the post, and how; NULL in revisions of earlier releases. */
    actor: text("actor"),
    change: json("change").$type<StoredTrace>(),
    createdAt: timestamp("created_at").notNull(),
    dispatchedAt: timestamp("dispatched_at"),
    /** Deliveries that were started, and when the next one is due; NULL before the first. */
    dispatchAttempts: integer("dispatch_attempts").notNull().default(0),
    dispatchRetryAt: timestamp("dispatch_retry_at"),
  },
  (t) => [
    primaryKey({ columns: [t.videoPostId, t.version] }),
    index("video_post_revision_due").on(t.dispatchRetryAt, t.createdAt).where(sql`dispatched_at IS NULL`),
  ],
);
