import { Hono } from "hono";
import * as z from "zod";
import { issueVideoHlsKeyToken } from "../../../shared/application/commands/issue-video-hls-key-token.ts";
import type { Viewer } from "../../../shared/domain/quality-auth.ts";
import { bearerToken } from "../../auth/bearer.ts";
import { type IssueCounter, isBeyondIssueLimit } from "../../auth/issue-limit.ts";
import type { Context } from "../../context.ts";
import { problem } from "../../http/problems.ts";
import { readJson } from "../../http/read-json.ts";
import { refuseUnknownInput } from "../../middleware/route-inputs.ts";
import { rekeyOnDemand } from "./start-rekey-on-demand.ts";
import { issuedResponse } from "./token-response.ts";

const requestSchema = z.strictObject({ videoPostId: z.string().min(1).max(64), fileIndex: z.int().min(0) });

/** `POST /video/enc/token`: what the policies allow to the viewer who asks. Nobody in particular is anonymous. */
export function viewerTokenRoutes(context: Context): Hono {
  const routes = new Hono();
  routes.post("/", async (c) => {
    const viewer = await viewerOf(context, c.req.raw);
    if (await isBeyondIssueLimit(context.env, counterOf(viewer, c.req.raw))) return problem("too-many-requests");
    if (viewer instanceof Response) return viewer;
    const unknown = await refuseUnknownInput(c);
    if (unknown !== null) return unknown;
    const body = await readJson(c.req.raw, requestSchema);
    if (body.kind === "refused") return body.response;
    const outcome = await issueVideoHlsKeyToken(
      { tokens: context.tokens, signer: context.playbackTokens, sessionRules: context.sessionRules },
      { ...body.value, viewer, startSeconds: context.settings.TOKEN_START_SECONDS },
      context.now(),
    );
    return issuedResponse(await rekeyOnDemand(context, outcome, { ...body.value, viewer }), body.value);
  });
  return routes;
}

/** Somebody whose JWT is refused is as unknown as whoever brings none. */
function counterOf(viewer: Viewer | Response, request: Request): IssueCounter {
  return viewer instanceof Response || viewer.kind === "anonymous"
    ? { kind: "address", request }
    : { kind: "viewer", id: viewer.id };
}

/** Whoever brings credentials is never anonymous without a word: they count, or the answer says that they do not. */
async function viewerOf({ viewers, now }: Context, request: Request): Promise<Viewer | Response> {
  if (!request.headers.has("authorization")) return { kind: "anonymous" };
  const token = bearerToken(request);
  if (token === null) return problem("credentials-invalid", "send a viewer token as Authorization: Bearer");
  const verified = await viewers.verify(token, now());
  switch (verified.kind) {
    case "viewer":
      return verified.viewer;
    case "invalid":
      return problem("credentials-invalid", verified.reason);
    case "unavailable":
      return problem("unavailable", "the keys of the viewer token's issuer cannot be fetched", { "retry-after": "5" });
    default:
      return verified satisfies never;
  }
}
