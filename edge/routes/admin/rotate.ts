import { Hono } from "hono";
import * as z from "zod";
import { rotateVideoHlsKeys } from "../../../shared/application/commands/rotate-video-hls-keys.ts";
import type { Context } from "../../context.ts";
import { refusalResponse } from "../../http/command-response.ts";
import { readJson } from "../../http/read-json.ts";
import { type CallerEnv, requireScope } from "../../middleware/authenticate.ts";

const requestSchema = z.strictObject({ videoPostId: z.string().min(1).max(64), fileIndex: z.int().min(0).optional() });

/** `POST /admin/video/enc/rotate`: new keys for one part or for all parts of a post, by ordinary jobs. */
export function rotateRoutes(context: Context): Hono<CallerEnv> {
  const routes = new Hono<CallerEnv>();
  routes.use(requireScope(context, "keys:rotate"));
  routes.post("/", async (c) => {
    const body = await readJson(c.req.raw, requestSchema);
    if (body.kind === "refused") return body.response;
    const { videoPostId, fileIndex = null } = body.value;
    const outcome = await rotateVideoHlsKeys(context, { videoPostId, fileIndex }, context.now());
    if (outcome.kind !== "done") return refusalResponse(outcome);
    return c.json({ videoPostId, files: outcome.value }, 202);
  });
  return routes;
}
