import { Hono } from "hono";
import { z } from "zod";
import { issueVideoHlsKeyToken } from "../../shared/application/commands/issue-video-hls-key-token.ts";
import type { Context } from "../context.ts";
import { problem } from "../http-errors.ts";
import { limitTokenIssue } from "../middleware/limit-token-issue.ts";
import { readJson } from "../read-json.ts";
import { issuedResponse } from "./issue-token.ts";

const requestSchema = z.object({ videoPostId: z.string().min(1).max(64), fileIndex: z.int().min(0) });

/** `POST /video/enc/token`: what the policies allow to the viewer who asks. Nobody in particular is anonymous. */
export function viewerTokenRoutes(context: Context): Hono {
  const routes = new Hono();
  routes.post("/", limitTokenIssue(context), async (c) => {
    const body = await readJson(c.req.raw, requestSchema);
    if (body.kind === "refused") return body.response;
    if (c.req.header("authorization") !== undefined) {
      // Failing open would hand a signed-in viewer an anonymous token without a word.
      return problem("credentials-invalid", "viewer tokens are not accepted here; sites ask at /admin/video/enc/token");
    }
    const request = { ...body.value, viewer: { kind: "anonymous" as const } };
    const startSeconds = context.settings.TOKEN_START_SECONDS;
    const outcome = await issueVideoHlsKeyToken(
      { tokens: context.tokens, signer: context.playbackTokens },
      { ...request, startSeconds },
      context.now(),
    );
    return issuedResponse(outcome, body.value);
  });
  return routes;
}
