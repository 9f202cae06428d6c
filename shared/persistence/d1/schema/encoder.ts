import { index, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { ResourceType } from "../../../domain/post/video-post.ts";
import { timestamp } from "./columns.ts";

/** Jobs of the encoder API. A row is written with its post and never changed. */
export const encoderJob = sqliteTable(
  "encoder_job",
  {
    /** The id of the part's first transcode job. */
    jobId: text("job_id").primaryKey(),
    videoPostId: text("video_post_id").notNull(),
    fileId: text("file_id").notNull(),
    slug: text("slug").notNull(),
    title: text("title").notNull(),
    resourceType: text("resource_type").$type<ResourceType>().notNull(),
    callerId: text("caller_id").notNull(),
    webhookUrl: text("webhook_url"),
    createdAt: timestamp("created_at").notNull(),
  },
  (t) => [
    // Lists, each in the order of its index.
    index("encoder_job_slug").on(t.slug, t.jobId),
    index("encoder_job_caller").on(t.callerId, t.jobId),
    index("encoder_job_type").on(t.resourceType, t.jobId),
    // From a part to its job.
    index("encoder_job_post").on(t.videoPostId),
  ],
);
