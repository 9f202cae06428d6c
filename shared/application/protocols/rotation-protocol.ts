import * as z from "zod";
import { VIDEO_POST_STATUSES } from "../../domain/post/video-post.ts";
import { ROTATION_ITEM_STATES, type RotationSelection, SKIP_REASONS } from "../../domain/rotation/rotation-batch.ts";

/*
 * What `ladderlock keys rotate` and the Worker say to each other, below /admin/video/enc/rotations:
 *
 *   POST /                       RotationRequest -> 202 RotationView, or with dryRun 200 RotationPreviewView
 *   GET  /?cursor=               -> { rotations: RotationView without progress, nextCursor }
 *   GET  /{batchId}              -> RotationView
 *   GET  /{batchId}/items        ?state=&cursor=&limit= -> RotationItemsView; ?format=csv|ndjson -> all of them as a file
 *   POST /{batchId}/pause, resume, cancel   -> RotationView
 *   POST /{batchId}/retry-failed            -> { retried, complete }
 */

const instant = z.iso.datetime({ offset: true });
const nameOf = (longest: number) => z.string().min(1).max(longest);

/** As in the path of a part: databases have no place for larger numbers. */
const fileIndex = z.int().min(0).max(999_999_999);

/** Entries of `parts`. */
export const MOST_CHOSEN = 100;

/** All given selectors must match. `everything` allows no other, so that a forgotten field never rotates everything. */
const selectionSchema = z
  .strictObject({
    everything: z.literal(true).optional(),
    videoPostId: nameOf(64).optional(),
    fileIndex: fileIndex.optional(),
    parts: z
      .array(z.strictObject({ videoPostId: nameOf(64), fileIndex: fileIndex.optional() }))
      .min(1)
      .max(MOST_CHOSEN)
      .optional(),
    status: z.enum(VIDEO_POST_STATUSES).exclude(["DELETED"]).optional(),
    authorId: nameOf(400).optional(),
    resourceType: z.enum(["VIDEO", "AUDIO"]).optional(),
    createdFrom: instant.optional(),
    createdBefore: instant.optional(),
    keyVersionBelow: z.int().positive().max(999_999_999).optional(),
    keysCreatedBefore: instant.optional(),
    kekId: nameOf(64).optional(),
  })
  .refine((said) => Object.values(said).some((value) => value !== undefined), {
    error: "is empty: name what to rotate, or send everything: true",
  })
  .refine(({ everything, ...filter }) => everything === undefined || Object.values(filter).every(isUndefined), {
    error: "everything cannot be combined with other fields",
  })
  .refine(({ videoPostId, fileIndex }) => fileIndex === undefined || videoPostId !== undefined, {
    error: "fileIndex requires videoPostId",
  })
  .refine(({ videoPostId, parts }) => parts === undefined || videoPostId === undefined, {
    error: "parts cannot be combined with videoPostId",
  });
export type SelectionRequest = z.input<typeof selectionSchema>;

function isUndefined(value: unknown): boolean {
  return value === undefined;
}

export const MOST_IN_FLIGHT = 50;
const MOST_GRACE_SECONDS = 30 * 24 * 3600;

export const rotationRequestSchema = z
  .strictObject({
    selection: selectionSchema,
    maxInFlight: z.int().min(1).max(MOST_IN_FLIGHT).default(2),
    graceSeconds: z.int().min(0).max(MOST_GRACE_SECONDS).optional(),
    dryRun: z.boolean().default(false),
    /** Dry run: the end of the previous page. */
    cursor: nameOf(600).optional(),
  })
  .refine(({ dryRun, cursor }) => dryRun || cursor === undefined, { error: "cursor requires dryRun: true" });
export type RotationRequest = z.input<typeof rotationRequestSchema>;

export function selectionOf(request: SelectionRequest): RotationSelection {
  const { everything: _, createdFrom, createdBefore, keysCreatedBefore, ...rest } = request;
  const times = { createdFrom, createdBefore, keysCreatedBefore };
  const given = Object.entries(times).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { ...rest, ...Object.fromEntries(given.map(([name, text]) => [name, Date.parse(text)])) };
}

/** The inverse: the selection as a request. */
export function selectionShown(selection: RotationSelection): SelectionRequest {
  const said = Object.entries(selection).filter(([, value]) => value !== undefined);
  if (said.length === 0) return { everything: true };
  const isTime = (name: string) => ["createdFrom", "createdBefore", "keysCreatedBefore"].includes(name);
  const shown = said.map(([name, value]) => [name, isTime(name) ? new Date(Number(value)).toISOString() : value]);
  return selectionSchema.parse(Object.fromEntries(shown));
}

const time = z.iso.datetime().nullable();

export const rotationViewSchema = z
  .object({
    batchId: z.string(),
    state: z.enum(["RUNNING", "PAUSED", "DONE", "CANCELLED"]),
    selection: z.record(z.string(), z.unknown()),
    maxInFlight: z.number(),
    graceSeconds: z.number().nullable(),
    requestedBy: z.string(),
    createdAt: z.iso.datetime(),
    finishedAt: time,
    /** False while items are still being added. */
    filled: z.boolean(),
  })
  .meta({ id: "RotationBatch" });

export const rotationProgressSchema = rotationViewSchema
  .extend({
    progress: z.object({
      total: z.number(),
      pending: z.number(),
      rotating: z.number(),
      succeeded: z.number(),
      failed: z.number(),
      skipped: z.number(),
      percent: z.number().nullable(),
      secondsLeft: z.number().nullable(),
    }),
  })
  .meta({ id: "RotationBatchWithProgress" });

const part = { videoPostId: z.string(), fileIndex: z.number() };

export const rotationItemSchema = z
  .object({
    ...part,
    state: z.enum(ROTATION_ITEM_STATES),
    fromKeyVersion: z.number().nullable(),
    toKeyVersion: z.number().nullable(),
    jobId: z.string().nullable(),
    reason: z.string().nullable(),
    startedAt: time,
    finishedAt: time,
  })
  .meta({ id: "RotationItem" });

const nextCursor = z.string().nullable();

export const rotationListSchema = z.object({ rotations: z.array(rotationViewSchema), nextCursor });
export const rotationItemsSchema = z.object({ items: z.array(rotationItemSchema), nextCursor });
export const retriedSchema = z.object({ retried: z.number(), complete: z.boolean() });

/** Totals of this page. Parts that would be skipped count no segments and bytes. */
export const rotationPreviewSchema = z
  .object({
    dryRun: z.literal(true),
    items: z.array(
      z.object({
        ...part,
        keyVersion: z.number().nullable(),
        outcome: z.enum(["rotate", ...SKIP_REASONS]),
        qualities: z.number(),
        segments: z.number(),
        bytes: z.number(),
      }),
    ),
    totals: z.object({ rotate: z.number(), skip: z.number(), segments: z.number(), bytes: z.number() }),
    nextCursor,
  })
  .meta({ id: "RotationPreview" });

export type RotationView = z.infer<typeof rotationViewSchema>;
export type RotationProgressView = z.infer<typeof rotationProgressSchema>;
export type RotationItemView = z.infer<typeof rotationItemSchema>;
export type RotationPreviewView = z.infer<typeof rotationPreviewSchema>;
