import * as z from "zod";
import { VIDEO_POST_STATUSES } from "../../../../shared/domain/post/video-post.ts";
import { defineRoute } from "../../definition.ts";
import { fileIndex, seenVersion, versionQuery } from "../shapes.ts";
import { VERSIONED_PROBLEMS, videoPostSchema } from "./posts.ts";
import { addedFileListSchema, sourceSchema } from "./upload-file-list.ts";

const WRITE = { kind: "scope", scope: "posts:write" } as const;

const POST = { description: "The post", schema: videoPostSchema };
const job = { fileIndex, jobId: z.string() };

export const addParts = defineRoute({
  method: "POST",
  path: "/api/v2/video-posts/{videoPostId}/parts",
  operationId: "addParts",
  tag: "Posts",
  summary: "Adds parts at the end of a post, with a transcode job for each",
  access: WRITE,
  audit: "post.parts.add",
  body: z.strictObject({ uploadFileList: addedFileListSchema, version: seenVersion.optional() }),
  responses: {
    201: {
      description: "The new parts and their jobs",
      schema: z
        .object({
          videoPostId: z.string(),
          version: z.int().min(1),
          status: z.enum(VIDEO_POST_STATUSES),
          files: z.array(z.object(job)),
        })
        .meta({ id: "AddedParts" }),
    },
  },
  problems: VERSIONED_PROBLEMS,
});

export const replacePart = defineRoute({
  method: "PUT",
  path: "/api/v2/video-posts/{videoPostId}/parts/{fileIndex}/source",
  operationId: "replacePart",
  tag: "Posts",
  summary: "Replaces the source of a part; what plays continues until the new source is ready",
  access: WRITE,
  audit: "post.parts.replace",
  body: sourceSchema.safeExtend({ version: seenVersion.optional() }),
  responses: {
    200: { description: "The upload is the part's source already; nothing was changed", schema: videoPostSchema },
    202: {
      description: "The transcode job of the new source",
      schema: z
        .object({ videoPostId: z.string(), version: z.int().min(1), status: z.enum(VIDEO_POST_STATUSES), ...job })
        .meta({ id: "ReplacedPart" }),
    },
  },
  problems: VERSIONED_PROBLEMS,
});

export const discardReplacement = defineRoute({
  method: "DELETE",
  path: "/api/v2/video-posts/{videoPostId}/parts/{fileIndex}/replacement",
  operationId: "discardReplacement",
  tag: "Posts",
  summary: "Gives up the replacement of a part and returns the post; what plays stays",
  access: WRITE,
  audit: "post.parts.discard-replacement",
  query: versionQuery,
  responses: { 200: POST },
  problems: VERSIONED_PROBLEMS,
});

export const removePart = defineRoute({
  method: "DELETE",
  path: "/api/v2/video-posts/{videoPostId}/parts/{fileIndex}",
  operationId: "removePart",
  tag: "Posts",
  summary: "Removes a part for good, with its keys and objects, and returns the post",
  access: WRITE,
  audit: "post.parts.remove",
  query: versionQuery,
  responses: { 200: POST },
  problems: VERSIONED_PROBLEMS,
});

export const reorderParts = defineRoute({
  method: "PUT",
  path: "/api/v2/video-posts/{videoPostId}/part-order",
  operationId: "reorderParts",
  tag: "Posts",
  summary: "Sets the order of all parts and returns the post",
  access: WRITE,
  audit: "post.parts.reorder",
  body: z.strictObject({ fileIndexes: z.array(fileIndex).max(100), version: seenVersion.optional() }),
  responses: { 200: POST },
  problems: VERSIONED_PROBLEMS,
});
