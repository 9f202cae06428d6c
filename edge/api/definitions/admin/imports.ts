import * as z from "zod";
import { importedPostSchema, importRequestSchema } from "../../../../shared/application/protocols/import-protocol.ts";
import { defineRoute } from "../../definition.ts";
import { fileIndex, videoPostId } from "../shapes.ts";

const TAG = "Imported content";
const ROTATE = { kind: "scope", scope: "keys:rotate" } as const;

export const importVideoPost = defineRoute({
  method: "POST",
  path: "/admin/video/imports",
  operationId: "importVideoPost",
  tag: TAG,
  summary: "Creates the post of an import whose content is in SOURCE",
  access: { kind: "scope", scope: "posts:write" },
  audit: "post.import",
  body: importRequestSchema,
  responses: {
    200: { description: "The import already has its post", schema: importedPostSchema },
    201: { description: "The post was created", schema: importedPostSchema },
  },
  problems: ["wrong-state"],
});

export const getImport = defineRoute({
  method: "GET",
  path: "/admin/video/imports/{importId}",
  operationId: "getImport",
  tag: TAG,
  summary: "Returns the post of an import",
  access: { kind: "scope", scope: "posts:read" },
  responses: { 200: { description: "The post of the import", schema: importedPostSchema } },
  problems: ["not-found"],
});

/** What is requested at once at most; a repeated request takes the next parts. */
const MOST_PARTS = 100_000;

const progressSchema = z
  .object({
    waiting: z.int(),
    queued: z.int(),
    underWay: z.int(),
    failed: z.int(),
    stopped: z.int(),
    migrated: z.int(),
    maxInFlight: z.int(),
  })
  .meta({ id: "MigrationProgress", description: "Imported parts by state." });

export const requestMigration = defineRoute({
  method: "POST",
  path: "/admin/video/enc/migrate",
  operationId: "requestMigration",
  tag: TAG,
  summary: "Requests the re-key of imported parts: all that wait, those of a post, or one",
  access: ROTATE,
  audit: "migration.request",
  body: z
    .strictObject({
      videoPostId: videoPostId.optional(),
      fileIndex: fileIndex.optional(),
      limit: z.int().positive().max(MOST_PARTS).default(MOST_PARTS),
    })
    .refine((fields) => fields.fileIndex === undefined || fields.videoPostId !== undefined, {
      error: "fileIndex requires videoPostId",
    }),
  responses: {
    202: {
      description: "How many parts were queued and started",
      schema: z.object({ added: z.int(), begun: z.int(), progress: progressSchema }),
    },
  },
  problems: ["not-found", "deleted"],
});

export const getMigration = defineRoute({
  method: "GET",
  path: "/admin/video/enc/migrate",
  operationId: "getMigration",
  tag: TAG,
  summary: "Returns the progress of the re-key",
  access: ROTATE,
  responses: { 200: { description: "The progress", schema: progressSchema } },
  problems: [],
});

export const clearMigration = defineRoute({
  method: "DELETE",
  path: "/admin/video/enc/migrate",
  operationId: "clearMigration",
  tag: TAG,
  summary: "Clears the queue of re-keys; parts that are being re-keyed finish",
  access: ROTATE,
  audit: "migration.clear",
  responses: {
    200: {
      description: "How many parts left the queue",
      schema: z.object({ removed: z.int(), progress: progressSchema }),
    },
  },
  problems: [],
});
