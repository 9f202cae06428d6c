import { sql } from "drizzle-orm";
import { index, integer, real, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { RewardDirection } from "../../../application/ports/author-ledger.ts";
import type { PublishedPart } from "../../../domain/post/published-video.ts";
import type { Interaction, ResourceType } from "../../../domain/post/video-post.ts";
import { timestamp } from "./columns.ts";

/**
 * The library, a read model. All columns but the first two are NULL while the post is not published. Triggers of the
 * migration add a row of version 0 for every post that becomes published, whichever release published it.
 */
export const publishedVideo = sqliteTable(
  "published_video",
  {
    videoPostId: text("video_post_id").primaryKey(),
    /** The version of the post that the row reflects; 0 before it is recorded. */
    version: integer("version").notNull(),
    authorId: text("author_id"),
    title: text("title"),
    slug: text("slug"),
    description: text("description"),
    resourceType: text("resource_type").$type<ResourceType>(),
    durationSeconds: real("duration"),
    interaction: text("interaction", { mode: "json" }).$type<Interaction>(),
    parts: text("parts", { mode: "json" }).$type<readonly PublishedPart[]>(),
    publishedAt: timestamp("published_at"),
  },
  (t) => [
    index("published_video_newest").on(t.publishedAt, t.videoPostId),
    index("published_video_author").on(t.authorId, t.publishedAt, t.videoPostId),
    index("published_video_slug").on(t.slug, t.publishedAt, t.videoPostId),
    index("published_video_type").on(t.resourceType, t.publishedAt, t.videoPostId),
    index("published_video_unrecorded").on(t.videoPostId).where(sql`version = 0`),
  ],
);

/** Append-only: triggers refuse every UPDATE and DELETE. A migration that rebuilds this table must create them again. */
export const authorReward = sqliteTable(
  "author_reward",
  {
    sequence: integer("sequence").primaryKey({ autoIncrement: true }),
    authorId: text("author_id").notNull(),
    videoPostId: text("video_post_id").notNull(),
    direction: text("direction").$type<RewardDirection>().notNull(),
    /** Rewards of a post, from 1. Today a post has one. */
    number: integer("number").notNull(),
    /** Points, above 0 in both directions. */
    amount: integer("amount").notNull(),
    at: timestamp("at").notNull(),
  },
  (t) => [
    uniqueIndex("author_reward_once").on(t.videoPostId, t.direction, t.number),
    // Holds what the balance adds up.
    index("author_reward_author").on(t.authorId, t.sequence, t.direction, t.amount),
  ],
);
