import { Hono } from "hono";
import { z } from "zod";
import { issueVideoHlsKeyToken } from "../../shared/application/commands/issue-video-hls-key-token.ts";
import { QUALITIES, type Quality } from "../../shared/domain/quality.ts";
import type { Context } from "../context.ts";
import { type CallerEnv, requireScope } from "../middleware/authenticate.ts";
import { readJson } from "../read-json.ts";
import { issuedResponse } from "./issue-token.ts";

const requestSchema = z.object({
  videoPostId: z.string().min(1).max(64),
  fileIndex: z.int().min(0),
  /** Whom it is for, as the site names them: what `revoke` takes. */
  viewer: z.string().min(1).max(200).optional(),
  qualities: z
    .array(z.enum(QUALITIES as [Quality, ...Quality[]]))
    .min(1)
    .optional(),
  maxUses: z.int().positive().max(1_000_000).optional(),
  startSeconds: z
    .int()
    .positive()
    .max(7 * 24 * 3600)
    .optional(),
});

/** `POST /admin/video/enc/token`: a site issues what it has sold, by API key. Policies do not bind administrators. */
export function adminTokenRoutes(context: Context): Hono<CallerEnv> {
  const routes = new Hono<CallerEnv>();
  routes.use(requireScope(context, "tokens:issue"));
  routes.post("/", async (c) => {
    const body = await readJson(c.req.raw, requestSchema as z.ZodType<z.output<typeof requestSchema>>);
    if (body.kind === "refused") return body.response;
    const { viewer: issuedTo, ...asked } = body.value;
    const viewer = { kind: "administrator", id: c.get("caller").id } as const;
    const startSeconds = asked.startSeconds ?? context.settings.TOKEN_START_SECONDS;
    const deps = { tokens: context.tokens, signer: context.playbackTokens };
    const outcome = await issueVideoHlsKeyToken(deps, { ...asked, startSeconds, viewer, issuedTo }, context.now());
    return issuedResponse(outcome, body.value);
  });
  return routes;
}
