import * as z from "zod";
import { foldTitle } from "../../../../shared/domain/post/folded-title.ts";
import { VIDEO_POST_STATUSES } from "../../../../shared/domain/post/video-post.ts";
import { CURSOR_UNKNOWN, cursorParameter, postCursor } from "../../cursor.ts";
import { defineRoute } from "../../definition.ts";
import {
  captionSchema,
  chapterSchema,
  failCode,
  fileIndex,
  givenInstant,
  millis,
  nextCursor,
  policySchema,
  quality,
  seenVersion,
  versionQuery,
  wholeNumber,
} from "../shapes.ts";
import { imagesSchema, listedPosterSchema } from "./part-images.ts";
import { authorId, description, interaction, metadata, passthrough, title } from "./post-fields.ts";
import { uploadFileListSchema } from "./upload-file-list.ts";

export const RESOURCE_TYPES = ["VIDEO", "AUDIO"] as const;
const resourceType = z.enum(RESOURCE_TYPES);
const access = z.enum(["POLICY", "PUBLIC"]);
const status = z.enum(VIDEO_POST_STATUSES);
export const EDIT_PROBLEMS = ["not-found", "deleted", "conflict", "wrong-state", "invalid"] as const;
/** Of routes that take the version that the caller has seen. */
export const VERSIONED_PROBLEMS = [...EDIT_PROBLEMS, "version-outdated"] as const;
export const READ = { kind: "scope", scope: "posts:read" } as const;
export const WRITE = { kind: "scope", scope: "posts:write" } as const;

const frameRate = z.object({ numerator: z.int(), denominator: z.int() }).nullable();

const probeSchema = z.object({
  container: z.string(),
  headerDuration: z.number().nullable(),
  video: z
    .object({
      codec: z.string(),
      width: z.int(),
      height: z.int(),
      rotation: z.number(),
      pixelFormat: z.string(),
      frameRate,
    })
    .nullable(),
  audio: z.object({ codec: z.string(), channels: z.int(), sampleRate: z.int() }).nullable(),
});

export const variantSchema = z
  .object({
    quality,
    width: z.int().nullable(),
    height: z.int().nullable(),
    peakBandwidth: z.int(),
    averageBandwidth: z.int(),
    codecs: z.string(),
    segmentCount: z.int(),
    bytes: z.int(),
    frameRate,
  })
  .meta({ id: "Variant" });

const TRANSFER_RESULTS = ["IMPORTED", "TRANSCODING", "SUCCESS", "FAILED", "CANCELLED"] as const;
const ENCRYPT_STATUSES = ["UNENCRYPTED", "ENCRYPTING", "ENCRYPTED", "FAILED", "CANCELLED"] as const;

const replacementSchema = z
  .object({
    fileName: z.string(),
    fileSize: z.int().nullable(),
    durationSeconds: z.number().nullable(),
    transferResult: z.enum(TRANSFER_RESULTS),
    encryptStatus: z.enum(ENCRYPT_STATUSES),
    failCode: failCode.nullable(),
    failReason: z.string().nullable(),
    warnings: z.array(z.string()),
    requestedAt: millis,
  })
  .meta({
    id: "Replacement",
    description: "A source in progress, or failed, beside what plays. The part's other members describe what plays.",
  });

const fileSchema = z
  .object({
    fileIndex,
    position: z.int(),
    fileName: z.string(),
    fileSize: z.int().nullable(),
    durationSeconds: z.number().nullable(),
    transferResult: z.enum(TRANSFER_RESULTS),
    encryptStatus: z.enum(ENCRYPT_STATUSES),
    keyVersion: z.int().nullable(),
    migration: z.enum(["waiting", "under-way", "failed", "stopped"]).nullable(),
    failCode: failCode.nullable(),
    failReason: z.string().nullable(),
    warnings: z.array(z.string()),
    captions: z.array(captionSchema),
    chapters: z.array(chapterSchema),
    probe: probeSchema.nullable(),
    variants: z.array(variantSchema),
    images: imagesSchema,
    replacement: replacementSchema.nullable(),
    qualityAuth: z.array(policySchema),
  })
  .meta({ id: "Part" });

export const videoPostSchema = z
  .object({
    videoPostId: z.string(),
    importId: z.string().nullable(),
    authorId: z.string(),
    title: z.string(),
    slug: z.string(),
    description: z.string(),
    resourceType,
    status,
    version: z.int(),
    interaction: z.object({ comments: z.boolean(), liveComments: z.boolean() }),
    access,
    autoPublish: z.boolean(),
    metadata: z.record(z.string(), z.string()),
    passthrough: z.string().nullable(),
    durationSeconds: z.number(),
    createdAt: millis,
    updatedAt: millis,
    deletedAt: millis.nullable(),
    publishedAt: millis.nullable(),
    audit: z
      .object({
        result: z.enum(["PASSED", "REJECTED"]),
        reason: z.string().nullable(),
        by: z.string(),
        at: millis,
      })
      .nullable(),
    withdrawal: z.object({ reason: z.string().nullable(), by: z.string(), at: millis }).nullable(),
    files: z.array(fileSchema),
  })
  .meta({ id: "VideoPost", description: "A post with its parts. Times are milliseconds since the epoch." });

export const createVideoPost = defineRoute({
  method: "POST",
  path: "/api/v2/video-posts",
  operationId: "createVideoPost",
  tag: "Posts",
  summary: "Creates a post and a transcode job for each part",
  access: WRITE,
  audit: "post.create",
  body: z.strictObject({
    /** Another author than the caller needs the scope `posts:author`. */
    authorId: authorId.optional(),
    title,
    description: description.default(""),
    resourceType,
    interaction: interaction.default({ comments: true, liveComments: true }),
    access: access.default("POLICY"),
    autoPublish: z.boolean().default(false),
    metadata: metadata.default({}),
    passthrough: passthrough.nullable().default(null),
    /** Empty: a draft. */
    uploadFileList: uploadFileListSchema.default([]),
  }),
  responses: {
    201: {
      description: "The post and its jobs",
      schema: z
        .object({
          videoPostId: z.string(),
          status,
          version: z.int(),
          files: z.array(z.object({ fileIndex, jobId: z.string() })),
        })
        .meta({ id: "CreatedVideoPost" }),
    },
  },
  problems: ["not-allowed", "not-found", "deleted", "wrong-state", "invalid"],
});

const summarySchema = z
  .object({
    videoPostId: z.string(),
    authorId: z.string(),
    title: z.string(),
    slug: z.string(),
    resourceType,
    status,
    durationSeconds: z.number(),
    createdAt: millis,
    updatedAt: millis,
    publishedAt: millis.nullable(),
    poster: listedPosterSchema.nullable(),
  })
  .meta({ id: "VideoPostSummary" });

export const listVideoPosts = defineRoute({
  method: "GET",
  path: "/api/v2/video-posts",
  operationId: "listVideoPosts",
  tag: "Posts",
  summary: "Lists posts by pages; deleted posts only with `status=DELETED`",
  access: READ,
  query: z
    .strictObject({
      status: status.optional(),
      authorId: z.string().min(1).max(400).optional(),
      slug: z.string().min(1).max(200).optional(),
      resourceType: resourceType.optional(),
      titlePrefix: z
        .string()
        .max(200)
        .transform(foldTitle)
        .refine((folded) => folded !== "", "must contain a letter or a digit")
        .optional(),
      createdFrom: givenInstant.optional(),
      createdBefore: givenInstant.optional(),
      limit: wholeNumber(1, 100).default(50),
      cursor: cursorParameter(postCursor).optional(),
    })
    .refine(
      ({ createdFrom, createdBefore }) =>
        createdFrom === undefined || createdBefore === undefined || createdFrom < createdBefore,
      "createdFrom must be before createdBefore",
    )
    .refine(
      ({ cursor, titlePrefix }) =>
        cursor === undefined ||
        (titlePrefix === undefined ? cursor.titleFolded === undefined : cursor.titleFolded?.startsWith(titlePrefix)),
      CURSOR_UNKNOWN,
    ),
  responses: {
    200: {
      description:
        "The newest posts first, or with `titlePrefix` in the order of their titles. A page may have fewer posts than `limit` although others follow",
      schema: z.object({ items: z.array(summarySchema), nextCursor }),
    },
  },
  problems: [],
});

export const POST = { description: "The post", schema: videoPostSchema };

export const getVideoPost = defineRoute({
  method: "GET",
  path: "/api/v2/video-posts/{videoPostId}",
  operationId: "getVideoPost",
  tag: "Posts",
  summary: "Returns a post with its parts, variants and policies",
  access: READ,
  responses: { 200: POST },
  problems: ["not-found"],
});

export const updateVideoPost = defineRoute({
  method: "PATCH",
  path: "/api/v2/video-posts/{videoPostId}",
  operationId: "updateVideoPost",
  tag: "Posts",
  summary: "Changes the texts, the interaction, the metadata or the passthrough of a post",
  access: WRITE,
  audit: "post.update",
  /** Parts are not edited here: `uploadFileList` is refused like every other field that is not listed. */
  body: z.strictObject({
    title: title.optional(),
    description: description.optional(),
    interaction: interaction.optional(),
    metadata: metadata.optional(),
    passthrough: passthrough.nullable().optional(),
    version: seenVersion.optional(),
  }),
  responses: { 200: POST },
  problems: VERSIONED_PROBLEMS,
});

export const deleteVideoPost = defineRoute({
  method: "DELETE",
  path: "/api/v2/video-posts/{videoPostId}",
  operationId: "deleteVideoPost",
  tag: "Posts",
  summary: "Deletes a post and returns it",
  access: WRITE,
  audit: "post.delete",
  query: versionQuery,
  responses: { 200: POST },
  problems: VERSIONED_PROBLEMS,
});
