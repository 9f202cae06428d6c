import { Hono } from "hono";
import * as z from "zod";
import { issueVideoHlsKeyToken } from "../../../shared/application/commands/issue-video-hls-key-token.ts";
import { VIDEO_QUALITIES } from "../../../shared/domain/quality.ts";
import type { Context } from "../../context.ts";
import { readJson } from "../../http/read-json.ts";
import { refuseUnknownInput } from "../../middleware/route-inputs.ts";
import { rekeyOnDemand } from "../playback/start-rekey-on-demand.ts";
import { issuedResponse } from "../playback/token-response.ts";

const requestSchema = z.strictObject({ videoPostId: z.string().min(1).max(64), fileIndex: z.int().min(0) });

/**
 * `POST /demo/subscriber-token`: what somebody would get who has paid for everything. It hands that to anybody, so it
 * exists only where DEMO_VIEWERS is "enabled", which `npm start` writes into .dev.vars for this machine alone.
 */
export function demoViewerTokenRoutes(context: Context): Hono {
  const routes = new Hono();
  routes.post("/subscriber-token", async (c) => {
    const unknown = await refuseUnknownInput(c);
    if (unknown !== null) return unknown;
    const body = await readJson(c.req.raw, requestSchema);
    if (body.kind === "refused") return body.response;
    const viewer = { kind: "viewer", id: "demo-subscriber", entitlements: [...VIDEO_QUALITIES] } as const;
    const startSeconds = context.settings.TOKEN_START_SECONDS;
    const { tokens, playbackTokens: signer, sessionRules } = context;
    const outcome = await issueVideoHlsKeyToken(
      { tokens, signer, sessionRules },
      { ...body.value, viewer, startSeconds },
      context.now(),
    );
    return issuedResponse(await rekeyOnDemand(context, outcome, { ...body.value, viewer }), body.value);
  });
  return routes;
}
