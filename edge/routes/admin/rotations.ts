import {
  previewKeyRotation,
  requestKeyRotation,
  retryFailedRotations,
  type Steering,
  steerKeyRotation,
} from "../../../shared/application/commands/request-key-rotation.ts";
import { type SelectionRequest, selectionOf } from "../../../shared/application/protocols/rotation-protocol.ts";
import type { RotationSelection } from "../../../shared/domain/rotation/rotation-batch.ts";
import { isUuid } from "../../../shared/lib/random-id.ts";
import { answer, type File } from "../../api/answer.ts";
import { batchCursor, CURSOR_UNKNOWN, partCursor } from "../../api/cursor.ts";
import * as define from "../../api/definitions/admin/rotations.ts";
import { type Route, route } from "../../api/route.ts";
import type { Context } from "../../context.ts";
import { type Refusal, refused } from "../../http/refusal.ts";
import { REPORT_FORMS, reportStream } from "../../rotation/report-stream.ts";
import { shownBatch, shownItem, shownPreview, shownProgress } from "../../rotation/rotation-views.ts";

type Deps = Pick<Context, "posts" | "rotationBatches" | "rotationSteps" | "now">;
type OfBatch = { readonly params: { readonly batchId: string } };

const LIST_PAGE = 50;

/** `/admin/video/enc/rotations`: new keys for many parts, as batches that operators watch and control. */
export const rotationRoutes: readonly Route<Deps>[] = [
  route(define.startRotation, {
    asked: ({ body: { selection, maxInFlight, graceSeconds, dryRun } }) => ({
      videoPostId: selection.videoPostId,
      fileIndex: selection.fileIndex,
      details: { selection: recorded(selection), maxInFlight, graceSeconds, dryRun },
    }),
    handle: async (deps: Deps, { body, caller }) => {
      const { maxInFlight, graceSeconds = null, dryRun, cursor } = body;
      const selection = selectionOf(body.selection);
      const missing = await missingParts(deps, selection);
      if (missing !== null) return missing;
      if (dryRun) return previewed(deps, selection, cursor);
      const request = { selection, maxInFlight, graceSeconds, requestedBy: caller.id };
      const batchId = await requestKeyRotation(deps, request, deps.now());
      const progress = await progressOf(deps, batchId);
      return progress === null ? refused("not-found") : answer(202, progress, { details: { batchId } });
    },
  }),

  route(define.listRotations, {
    handle: async ({ rotationBatches }: Deps, { query: { cursor = null } }) => {
      const found = await rotationBatches.list({ before: cursor, limit: LIST_PAGE + 1 });
      const shown = found.slice(0, LIST_PAGE);
      const last = found.length > LIST_PAGE ? shown.at(-1) : undefined;
      const nextCursor = last === undefined ? null : batchCursor.write(last.batchId);
      return answer(200, { rotations: shown.map(shownBatch), nextCursor });
    },
  }),

  route(define.getRotation, {
    handle: async (deps: Deps, { params }) => progressAnswer(deps, params.batchId),
  }),

  route(define.listRotationItems, {
    handle: async ({ rotationBatches }: Deps, { params: { batchId }, query }) => {
      const { state = null, cursor: after = null, limit, format } = query;
      if ((await rotationBatches.find(batchId)) === null) return refused("not-found");
      if (format !== "json") return answer(200, fileOf(rotationBatches, batchId, state, format));
      // One more than the page shows whether another page follows.
      const found = await rotationBatches.items(batchId, { state, after, limit: limit + 1 });
      const shown = found.slice(0, limit);
      const last = found.length > limit ? shown.at(-1) : undefined;
      return answer(200, { items: shown.map(shownItem), nextCursor: last === undefined ? null : cursorOf(last) });
    },
  }),

  route(define.pauseRotation, { asked: askedForBatch, handle: steer("pause") }),
  route(define.resumeRotation, { asked: askedForBatch, handle: steer("resume") }),
  route(define.cancelRotation, { asked: askedForBatch, handle: steer("cancel") }),

  route(define.retryFailedRotations, {
    asked: askedForBatch,
    handle: async (deps: Deps, { params }) => {
      const outcome = await retryFailedRotations(deps, params.batchId, deps.now());
      if (outcome === "not-found") return refused("not-found");
      if (outcome === "wrong-state") return refused("wrong-state", "the batch was cancelled");
      return answer(202, outcome, { details: { retried: outcome.retried } });
    },
  }),
];

function askedForBatch({ params: { batchId } }: OfBatch) {
  return { details: { batchId } };
}

function steer(steering: Steering) {
  return async (deps: Deps, { params: { batchId } }: OfBatch) => {
    const outcome = await steerKeyRotation(deps, batchId, steering, deps.now());
    if (outcome === "not-found") return refused("not-found");
    if (outcome === "wrong-state") return refused("wrong-state", "the batch has ended");
    return progressAnswer(deps, batchId);
  };
}

/** Short enough for the audit log, also with as many parts as can be chosen. */
function recorded({ parts, ...selection }: SelectionRequest) {
  const names = parts?.map(({ videoPostId, fileIndex = "all" }) => `${shownId(videoPostId)}/${fileIndex}`);
  return names === undefined ? selection : { ...selection, parts: names.join(" ") };
}

/** Ids are UUIDs; anything else may be a pasted secret. */
function shownId(videoPostId: string): string {
  return isUuid(videoPostId) ? videoPostId : "(no id)";
}

/** What is named must exist; a filter may match nothing. */
async function missingParts(
  { rotationBatches }: Deps,
  { videoPostId, fileIndex, parts }: RotationSelection,
): Promise<Refusal<"not-found" | "deleted"> | null> {
  const named = videoPostId === undefined ? parts : [{ videoPostId, fileIndex }];
  const missing = named === undefined ? null : await rotationBatches.findMissing(named);
  if (missing === null) return null;
  const part = missing.fileIndex === undefined ? "" : `part ${missing.fileIndex} of `;
  const post = `post ${shownId(missing.videoPostId)}`;
  if (missing.isDeleted) return refused("deleted", `${post} was deleted`);
  return refused("not-found", `there is no ${part}${post}`);
}

async function previewed({ rotationBatches }: Deps, selection: ReturnType<typeof selectionOf>, cursor?: string) {
  const after = cursor === undefined ? null : partCursor.read(cursor);
  if (cursor !== undefined && after === null) return refused("invalid", CURSOR_UNKNOWN);
  const { parts, last } = await previewKeyRotation(rotationBatches, selection, after);
  const preview = shownPreview(parts, last);
  return answer(200, preview, { details: { totals: preview.totals } });
}

async function progressOf({ rotationBatches }: Deps, batchId: string) {
  const batch = await rotationBatches.find(batchId);
  return batch === null ? null : shownProgress(batch, await rotationBatches.progress(batchId));
}

async function progressAnswer(deps: Deps, batchId: string) {
  const progress = await progressOf(deps, batchId);
  return progress === null ? refused("not-found") : answer(200, progress);
}

function cursorOf({ videoPostId, fileIndex }: { readonly videoPostId: string; readonly fileIndex: number }) {
  return partCursor.write({ videoPostId, fileIndex });
}

function fileOf(
  batches: Deps["rotationBatches"],
  batchId: string,
  state: Parameters<typeof reportStream>[2],
  format: keyof typeof REPORT_FORMS,
): File {
  const form = REPORT_FORMS[format];
  const open = () => reportStream(batches, batchId, state, form);
  return { kind: "file", contentType: form.type, attachment: `rotation-${batchId}.${format}`, open };
}
