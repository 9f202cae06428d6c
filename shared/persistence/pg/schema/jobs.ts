import { sql } from "drizzle-orm";
import { index, pgTable, primaryKey, uniqueIndex } from "drizzle-orm/pg-core";
import type { FailureCode } from "../../../domain/job/failure.ts";
import type { JobKind, JobProgress, JobStage, JobState } from "../../../domain/job/transcode-job.ts";
import type { RotationItemState, RotationSelection, RotationState } from "../../../domain/rotation/rotation-batch.ts";
import { flag, integer, json, text, timestamp } from "./columns.ts";

export const videoTranscodeJob = pgTable(
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
    /** The container of the job before claims this one until then: no other one is launched. */
    launchAfter: timestamp("launch_after"),
    progress: json("progress").$type<JobProgress>(),
    failCode: text("fail_code").$type<FailureCode>(),
    failReason: text("fail_reason"),
    /** Reason of the last failed verification; unlike fail_reason it survives the next claim. */
    failedVerification: text("failed_verification"),
    cancelRequested: flag("cancel_requested").notNull(),
    createdAt: timestamp("created_at").notNull(),
    startedAt: timestamp("started_at"),
    finishedAt: timestamp("finished_at"),
    updatedAt: timestamp("updated_at").notNull(),
  },
  (t) => [
    index("video_transcode_job_due").on(t.state, t.runAfter, t.jobId),
    // Lists: the newest first.
    index("video_transcode_job_post").on(t.videoPostId, t.jobId),
    index("video_transcode_job_state").on(t.state, t.jobId),
    // The figures of the overview, which need no row of the table.
    index("video_transcode_job_ended")
      .on(t.finishedAt, t.kind, t.state, t.failCode, t.startedAt, t.runAfter)
      .where(sql`finished_at IS NOT NULL`),
    uniqueIndex("video_transcode_job_lease").on(t.leaseToken).where(sql`lease_token IS NOT NULL`),
    uniqueIndex("video_transcode_job_live").on(t.fileId, t.kind).where(sql`state IN ('QUEUED','RUNNING','RETRY_WAIT')`),
  ],
);

export const keyRotationBatch = pgTable(
  "key_rotation_batch",
  {
    batchId: text("batch_id").primaryKey(),
    state: text("state").$type<RotationState>().notNull(),
    /** The selection as the request has it. */
    selection: json("selection").$type<RotationSelection>().notNull(),
    /** Parts that may be in progress at the same time. */
    maxInFlight: integer("max_in_flight").notNull(),
    /** How long replaced keys are served; null for the deployment's setting. */
    graceSeconds: integer("grace_seconds"),
    /** The last part that was read for items: "" before the first, null after the last. */
    fillCursor: text("fill_after"),
    requestedBy: text("requested_by").notNull(),
    createdAt: timestamp("created_at").notNull(),
    updatedAt: timestamp("updated_at").notNull(),
    finishedAt: timestamp("finished_at"),
  },
  (t) => [index("key_rotation_batch_running").on(t.createdAt).where(sql`state = 'RUNNING'`)],
);

export const keyRotationItem = pgTable(
  "key_rotation_item",
  {
    batchId: text("batch_id").notNull(),
    fileId: text("file_id").notNull(),
    videoPostId: text("video_post_id").notNull(),
    fileIndex: integer("file_index").notNull(),
    state: text("state").$type<RotationItemState>().notNull(),
    /** The encrypt job of the new version, or the id of one that is about to be created. */
    jobId: text("job_id"),
    fromKeyVersion: integer("from_key_version"),
    toKeyVersion: integer("to_key_version"),
    reason: text("reason"),
    startedAt: timestamp("started_at"),
    finishedAt: timestamp("finished_at"),
  },
  (t) => [
    primaryKey({ columns: [t.batchId, t.fileId] }),
    index("key_rotation_item_state").on(t.batchId, t.state, t.fileId),
    // A part is rotated by one batch at a time.
    uniqueIndex("key_rotation_item_file").on(t.fileId).where(sql`state = 'ROTATING'`),
  ],
);
