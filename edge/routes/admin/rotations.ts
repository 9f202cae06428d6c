import { Hono, type Context as HonoContext } from "hono";
import * as z from "zod";
import {
  previewKeyRotation,
  requestKeyRotation,
  retryFailedRotations,
  type Steering,
  steerKeyRotation,
} from "../../../shared/application/commands/request-key-rotation.ts";
import { rotationRequestSchema, selectionOf } from "../../../shared/application/protocols/rotation-protocol.ts";
import { ROTATION_ITEM_STATES, type RotationSelection } from "../../../shared/domain/rotation-batch.ts";
import type { Context } from "../../context.ts";
import { problem } from "../../http/problems.ts";
import { readJson } from "../../http/read-json.ts";
import { readQuery } from "../../http/read-query.ts";
import { type CallerEnv, requireScope } from "../../middleware/authenticate.ts";
import { REPORT_FORMS, reportStream } from "../../rotation/report-stream.ts";
import {
  cursorOf,
  partOfCursor,
  shownBatch,
  shownItem,
  shownPreview,
  shownProgress,
} from "../../rotation/rotation-views.ts";

const LIST_PAGE = 50;
const MOST_ITEMS = 500;

const listSchema = z.strictObject({ cursor: z.uuidv7("is not a cursor of this route").optional() });

const itemsSchema = z
  .strictObject({
    state: z.enum(ROTATION_ITEM_STATES).optional(),
    cursor: z.string().optional(),
    limit: z.coerce.number().int().min(1).max(MOST_ITEMS).default(100),
    format: z.enum(["json", "csv", "ndjson"]).default("json"),
  })
  .refine(({ format, cursor }) => format === "json" || cursor === undefined, { error: "csv and ndjson have no pages" });

type Request = z.output<typeof rotationRequestSchema>;

/** `/admin/video/enc/rotations`: new keys for many parts, as batches that can be watched and steered. */
export function rotationRoutes(context: Context): Hono<CallerEnv> {
  const { rotationBatches, now } = context;
  const routes = new Hono<CallerEnv>();
  routes.use(requireScope(context, "keys:rotate"));

  routes.post("/", async (c) => {
    const body = await readJson(c.req.raw, rotationRequestSchema as z.ZodType<Request>);
    if (body.kind === "refused") return body.response;
    const { maxInFlight, graceSeconds = null, dryRun, cursor } = body.value;
    const selection = selectionOf(body.value.selection);
    const refusal = await refuse(context, selection);
    if (refusal !== null) return refusal;
    if (dryRun) return dryRunResponse(context, selection, cursor);
    const request = { selection, maxInFlight, graceSeconds, requestedBy: c.get("caller").id };
    return progressResponse(context, await requestKeyRotation(context, request, now()), 202);
  });

  routes.get("/", async (c) => {
    const query = readQuery(c.req.raw, listSchema);
    if (query.kind === "refused") return query.response;
    const found = await rotationBatches.list({ before: query.value.cursor ?? null, limit: LIST_PAGE + 1 });
    const shown = found.slice(0, LIST_PAGE);
    const nextCursor = found.length > LIST_PAGE ? (shown.at(-1)?.batchId ?? null) : null;
    return c.json({ rotations: shown.map(shownBatch), nextCursor });
  });

  routes.get("/:batchId", (c) => progressResponse(context, c.req.param("batchId"), 200));

  routes.get("/:batchId/items", (c) => itemsResponse(context, c));

  const steer = (steering: Steering) => async (c: HonoContext<CallerEnv, "/:batchId">) => {
    const batchId = c.req.param("batchId");
    const outcome = await steerKeyRotation(context, batchId, steering, now());
    if (outcome === "not-found") return problem("not-found");
    if (outcome === "wrong-state") return problem("wrong-state", "the batch has ended");
    return progressResponse(context, batchId, 200);
  };
  routes.post("/:batchId/pause", steer("pause"));
  routes.post("/:batchId/resume", steer("resume"));
  routes.post("/:batchId/cancel", steer("cancel"));

  routes.post("/:batchId/retry-failed", async (c) => {
    const outcome = await retryFailedRotations(context, c.req.param("batchId"), now());
    if (outcome === "not-found") return problem("not-found");
    if (outcome === "wrong-state") return problem("wrong-state", "the batch was cancelled");
    return c.json(outcome, 202);
  });

  return routes;
}

/** A post that is named must be there; a filter may well match nothing. */
async function refuse({ posts }: Context, { videoPostId, fileIndex }: RotationSelection): Promise<Response | null> {
  if (videoPostId === undefined) return null;
  const post = await posts.load(videoPostId);
  if (post === null) return problem("not-found");
  if (post.deletedAt !== null) return problem("deleted");
  const known = fileIndex === undefined || post.files.some((part) => part.fileIndex === fileIndex);
  return known ? null : problem("not-found");
}

async function dryRunResponse(context: Context, selection: RotationSelection, cursor?: string): Promise<Response> {
  const after = cursor === undefined ? null : partOfCursor(cursor);
  if (cursor !== undefined && after === null) return problem("invalid", CURSOR_UNKNOWN);
  const { parts, last } = await previewKeyRotation(context.rotationBatches, selection, after);
  return Response.json(shownPreview(parts, last));
}

async function progressResponse({ rotationBatches }: Context, batchId: string, status: number): Promise<Response> {
  const batch = await rotationBatches.find(batchId);
  if (batch === null) return problem("not-found");
  return Response.json(shownProgress(batch, await rotationBatches.progress(batchId)), { status });
}

async function itemsResponse({ rotationBatches }: Context, c: HonoContext<CallerEnv, "/:batchId/items">) {
  const batchId = c.req.param("batchId");
  const query = readQuery(c.req.raw, itemsSchema);
  if (query.kind === "refused") return query.response;
  const { state = null, cursor, limit, format } = query.value;
  const after = cursor === undefined ? null : partOfCursor(cursor);
  if (cursor !== undefined && after === null) return problem("invalid", CURSOR_UNKNOWN);
  if ((await rotationBatches.find(batchId)) === null) return problem("not-found");
  if (format !== "json") {
    const form = REPORT_FORMS[format];
    const headers = {
      "content-type": form.type,
      "content-disposition": `attachment; filename="rotation-${batchId}.${format}"`,
      "cache-control": "no-store",
    };
    return new Response(c.req.method === "HEAD" ? null : reportStream(rotationBatches, batchId, state, form), {
      headers,
    });
  }
  // One more than is shown tells whether there is another page.
  const found = await rotationBatches.items(batchId, { state, after, limit: limit + 1 });
  const shown = found.slice(0, limit);
  const last = found.length > limit ? shown.at(-1) : undefined;
  return c.json({ items: shown.map(shownItem), nextCursor: last === undefined ? null : cursorOf(last) });
}

const CURSOR_UNKNOWN = "cursor: is not valid";
