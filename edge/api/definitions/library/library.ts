import * as z from "zod";
import { cursorParameter, rewardCursor, videoCursor } from "../../cursor.ts";
import { defineRoute } from "../../definition.ts";
import { interaction } from "../posts/post-fields.ts";
import { RESOURCE_TYPES, VERSIONED_PROBLEMS, videoPostSchema } from "../posts/posts.ts";
import { fileIndex, millis, nextCursor, quality, seenVersion, videoPostId, wholeNumber } from "../shapes.ts";

const READ_VIDEOS = { kind: "scope", scope: "videos:read" } as const;
const MOST_ITEMS = 200;
const PAGE = { limit: wholeNumber(1, MOST_ITEMS).default(50) };

export const changeVideoPostInteraction = defineRoute({
  method: "PUT",
  path: "/api/v2/video-posts/{videoPostId}/interaction",
  operationId: "changeVideoPostInteraction",
  tag: "Posts",
  summary: "Changes the interaction settings of a post and of its published video",
  access: { kind: "scope", scope: "posts:write" },
  audit: "post.interaction",
  body: interaction.safeExtend({ version: seenVersion.optional() }),
  responses: { 200: { description: "The post", schema: videoPostSchema } },
  problems: VERSIONED_PROBLEMS,
});

/** Relative to the Worker; null unless every quality of the part is public. */
const posterUrl = z.string().nullable();

const videoSchema = z
  .object({
    videoPostId: z.string(),
    authorId: z.string(),
    title: z.string(),
    slug: z.string(),
    description: z.string(),
    resourceType: z.enum(RESOURCE_TYPES),
    durationSeconds: z.number(),
    posterUrl,
    interaction: z.object({ comments: z.boolean(), liveComments: z.boolean() }),
    parts: z.array(
      z.object({
        fileIndex,
        position: z.int(),
        durationSeconds: z.number().nullable(),
        qualities: z.array(quality),
        posterUrl,
        ready: z.boolean(),
      }),
    ),
    publishedAt: millis,
  })
  .meta({ id: "Video", description: "A published post as the library shows it." });

export const listVideos = defineRoute({
  method: "GET",
  path: "/api/v2/videos",
  operationId: "listVideos",
  tag: "Library",
  summary: "Lists published videos by pages",
  access: READ_VIDEOS,
  query: z.strictObject({
    authorId: z.string().min(1).max(400).optional(),
    slug: z.string().min(1).max(200).optional(),
    resourceType: z.enum(RESOURCE_TYPES).optional(),
    ...PAGE,
    cursor: cursorParameter(videoCursor).optional(),
  }),
  responses: {
    200: { description: "The newest first", schema: z.object({ items: z.array(videoSchema), nextCursor }) },
  },
  problems: [],
});

export const getVideo = defineRoute({
  method: "GET",
  path: "/api/v2/videos/{videoPostId}",
  operationId: "getVideo",
  tag: "Library",
  summary: "Returns a published video",
  access: READ_VIDEOS,
  responses: { 200: { description: "The video", schema: videoSchema } },
  problems: ["not-found"],
});

export const listAuthorRewards = defineRoute({
  method: "GET",
  path: "/api/v2/authors/{authorId}/rewards",
  operationId: "listAuthorRewards",
  tag: "Library",
  summary: "Lists the rewards of an author by pages, with their balance",
  access: { kind: "scope", scope: "rewards:read" },
  query: z.strictObject({ ...PAGE, cursor: cursorParameter(rewardCursor).optional() }),
  responses: {
    200: {
      description: "The newest entries first. The balance is that of all entries",
      schema: z.object({
        balance: z.int(),
        items: z.array(
          z
            .object({
              videoPostId,
              direction: z.enum(["REWARD", "REVERSAL"]),
              amount: z.int(),
              at: millis,
            })
            .meta({ id: "Reward", description: "`amount` is in points, above 0 in both directions." }),
        ),
        nextCursor,
      }),
    },
  },
  problems: [],
});
