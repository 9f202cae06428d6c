import * as z from "zod";
import {
  retriedSchema,
  rotationItemsSchema,
  rotationListSchema,
  rotationPreviewSchema,
  rotationProgressSchema,
  rotationRequestSchema,
} from "../../../../shared/application/protocols/rotation-protocol.ts";
import { ROTATION_ITEM_STATES } from "../../../../shared/domain/rotation/rotation-batch.ts";
import { batchCursor, cursorParameter, partCursor } from "../../cursor.ts";
import { defineRoute } from "../../definition.ts";
import { wholeNumber } from "../shapes.ts";

const COMMON = { tag: "Keys and rotation", access: { kind: "scope", scope: "keys:rotate" } } as const;
const BATCH = { description: "The batch with its progress", schema: rotationProgressSchema };

export const startRotation = defineRoute({
  ...COMMON,
  method: "POST",
  path: "/admin/video/enc/rotations",
  operationId: "startRotation",
  summary: "Starts a rotation batch, or lists what it would rotate",
  audit: "keys.rotate-batch",
  body: rotationRequestSchema,
  responses: {
    200: { description: "A page of what the batch would rotate, with `dryRun`", schema: rotationPreviewSchema },
    202: BATCH,
  },
  problems: ["not-found", "deleted", "invalid"],
});

export const listRotations = defineRoute({
  ...COMMON,
  method: "GET",
  path: "/admin/video/enc/rotations",
  operationId: "listRotations",
  summary: "Lists 50 batches without their progress",
  query: z.strictObject({ cursor: cursorParameter(batchCursor).optional() }),
  responses: { 200: { description: "The newest batches first", schema: rotationListSchema } },
  problems: [],
});

export const getRotation = defineRoute({
  ...COMMON,
  method: "GET",
  path: "/admin/video/enc/rotations/{batchId}",
  operationId: "getRotation",
  summary: "Returns one batch with its progress",
  responses: { 200: BATCH },
  problems: ["not-found"],
});

const MOST_ITEMS = 500;

export const listRotationItems = defineRoute({
  ...COMMON,
  method: "GET",
  path: "/admin/video/enc/rotations/{batchId}/items",
  operationId: "listRotationItems",
  summary: "Lists the parts of a batch, by pages or as one file",
  query: z
    .strictObject({
      state: z.enum(ROTATION_ITEM_STATES).optional(),
      cursor: cursorParameter(partCursor).optional(),
      limit: wholeNumber(1, MOST_ITEMS).default(100),
      format: z.enum(["json", "csv", "ndjson"]).default("json"),
    })
    .refine(({ format, cursor }) => format === "json" || cursor === undefined, {
      error: "csv and ndjson have no pages",
    }),
  responses: {
    200: {
      description: "A page of parts; with `format=csv` or `format=ndjson` all parts as one streamed file",
      schema: rotationItemsSchema,
      files: ["text/csv; charset=utf-8; header=present", "application/x-ndjson"],
    },
  },
  problems: ["not-found"],
});

const STEER_PROBLEMS = ["not-found", "wrong-state"] as const;

export const pauseRotation = defineRoute({
  ...COMMON,
  method: "POST",
  path: "/admin/video/enc/rotations/{batchId}/pause",
  operationId: "pauseRotation",
  summary: "Pauses a batch; parts that are being rotated finish",
  audit: "keys.rotate-batch.pause",
  responses: { 200: BATCH },
  problems: STEER_PROBLEMS,
});

export const resumeRotation = defineRoute({
  ...COMMON,
  method: "POST",
  path: "/admin/video/enc/rotations/{batchId}/resume",
  operationId: "resumeRotation",
  summary: "Resumes a paused batch",
  audit: "keys.rotate-batch.resume",
  responses: { 200: BATCH },
  problems: STEER_PROBLEMS,
});

export const cancelRotation = defineRoute({
  ...COMMON,
  method: "POST",
  path: "/admin/video/enc/rotations/{batchId}/cancel",
  operationId: "cancelRotation",
  summary: "Cancels a batch; parts that are being rotated finish",
  audit: "keys.rotate-batch.cancel",
  responses: { 200: BATCH },
  problems: STEER_PROBLEMS,
});

export const retryFailedRotations = defineRoute({
  ...COMMON,
  method: "POST",
  path: "/admin/video/enc/rotations/{batchId}/retry-failed",
  operationId: "retryFailedRotations",
  summary: "Sets FAILED parts back to PENDING, at most 5000 in a request",
  audit: "keys.rotate-batch.retry-failed",
  responses: { 202: { description: "Repeat the request while `complete` is false", schema: retriedSchema } },
  problems: STEER_PROBLEMS,
});
