import { Hono } from "hono";
import * as z from "zod";
import {
  type QualityAuthEdit,
  upsertVideoHlsQualityAuth,
} from "../../../shared/application/commands/upsert-video-hls-quality-auth.ts";
import { singleLine } from "../../../shared/application/plain-text.ts";
import { QUALITIES, type Quality } from "../../../shared/domain/quality.ts";
import type { Context } from "../../context.ts";
import { refusalResponse } from "../../http/command-response.ts";
import { readJson } from "../../http/read-json.ts";
import { type CallerEnv, requireScope } from "../../middleware/authenticate.ts";

const policySchema = z.strictObject({
  quality: z.enum(QUALITIES as [Quality, ...Quality[]]),
  policy: z.enum(["PUBLIC", "AUTHENTICATED", "ENTITLED", "DENIED"]),
  entitlement: singleLine(200).nullable().default(null),
});

const editSchema = z.strictObject({
  videoPostId: z.string().min(1).max(64),
  fileIndex: z.int().min(0),
  policies: z.array(policySchema).min(1).max(QUALITIES.length),
});

/** Each item loads and saves a post, with a dozen statements of the 1,000 that one request may send to D1. */
const MOST_ITEMS = 50;

const batchSchema = z.strictObject({ items: z.array(editSchema).min(1).max(MOST_ITEMS) });

/** `PUT /admin/video/enc/quality-auth`: policies of one part, or below `/batch` of many. They count from the next token on. */
export function qualityAuthRoutes(context: Context): Hono<CallerEnv> {
  const { posts, now } = context;
  const routes = new Hono<CallerEnv>();
  routes.use(requireScope(context, "access:write"));

  routes.put("/", async (c) => {
    const body = await readJson(c.req.raw, editSchema);
    if (body.kind === "refused") return body.response;
    const outcome = await upsertVideoHlsQualityAuth(posts, body.value, now());
    return outcome.kind === "done" ? c.json({ outcome: outcome.value }) : refusalResponse(outcome);
  });

  routes.put("/batch", async (c) => {
    const body = await readJson(c.req.raw, batchSchema);
    if (body.kind === "refused") return body.response;
    const results = [];
    // One after the other: two items may be of one post.
    for (const edit of body.value.items) results.push(await resultOf(edit));
    return c.json({ results });
  });

  /** A refusal is told as the problem that the same edit alone would have been answered with. */
  const resultOf = async (edit: QualityAuthEdit) => {
    const { videoPostId, fileIndex } = edit;
    const outcome = await upsertVideoHlsQualityAuth(posts, edit, now());
    if (outcome.kind === "done") return { videoPostId, fileIndex, outcome: outcome.value };
    return { videoPostId, fileIndex, outcome: "refused", problem: await refusalResponse(outcome).json() };
  };

  return routes;
}
