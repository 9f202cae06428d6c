import { Hono, type Context as HonoContext } from "hono";
import * as z from "zod";
import { endPlaySession } from "../../../shared/application/commands/end-play-session.ts";
import { type RefreshOutcome, refreshPlaySession } from "../../../shared/application/commands/refresh-play-session.ts";
import type { PlaybackClaims } from "../../../shared/playback-token/claims.ts";
import type { IgnoreExpiry } from "../../../shared/playback-token/token-signer.ts";
import { bearerToken } from "../../auth/bearer.ts";
import { type IssueCounter, isBeyondIssueLimit } from "../../auth/issue-limit.ts";
import type { Context } from "../../context.ts";
import { problem } from "../../http/problems.ts";
import { type ReadInput, readJson } from "../../http/read-json.ts";
import { refuseUnknownInput } from "../../middleware/route-inputs.ts";
import { readToken } from "../../playback/read-token.ts";
import { isElsewhere } from "../../playback/session-binding.ts";

const bodySchema = z.strictObject({ token: z.string().max(4096).optional() });

/**
 * `/video/enc/session`: POST answers a token of the same play session with a later end, DELETE ends the session before
 * its time, and so does `POST .../end`, for pages that are being left and can send nothing else (Beacon API).
 */
export function sessionRoutes(context: Context): Hono {
  const { env, sessions, playbackTokens, sessionRules, settings, now } = context;
  const routes = new Hono();

  routes.post("/", async (c) => {
    const at = now();
    const read = await readSession(context, c, at);
    if (read.kind === "refused") return read.response;
    if (isElsewhere(settings.SESSION_BINDING, read.claims, c.req.raw)) return problem("session-elsewhere");
    if (await isBeyondIssueLimit(env, counterOf(read.claims))) return problem("too-many-requests");
    const deps = { sessions, signer: playbackTokens };
    return refreshedResponse(await refreshPlaySession(deps, read.claims, sessionRules.longestSeconds, at));
  });

  const end = async (c: HonoContext): Promise<Response> => {
    const at = now();
    // A session that has expired can be ended too.
    const read = await readSession(context, c, "ignore-expiry");
    if (read.kind === "refused") return read.response;
    if (await isBeyondIssueLimit(env, counterOf(read.claims))) return problem("too-many-requests");
    const outcome = await endPlaySession(sessions, read.claims, at);
    if (outcome === "not-a-session") return problem(outcome);
    return new Response(null, { status: 204, headers: { "cache-control": "no-store" } });
  };
  routes.delete("/", end);
  routes.post("/end", end);

  return routes;
}

/** By the issued token: anybody can start as many sessions of a token as they like, without asking the database. */
function counterOf({ tokenId }: PlaybackClaims): IssueCounter {
  return { kind: "token", id: tokenId };
}

function refreshedResponse(outcome: RefreshOutcome): Response {
  if (outcome.kind === "refused") return problem(outcome.reason);
  const { token, expiresAt, refreshableUntil } = outcome;
  const written = (seconds: number) => new Date(seconds * 1000).toISOString();
  return Response.json(
    { token, expiresAt: written(expiresAt), refreshableUntil: written(refreshableUntil) },
    { headers: { "cache-control": "private, no-store" } },
  );
}

type ReadSession =
  | { readonly kind: "claims"; readonly claims: PlaybackClaims }
  | { readonly kind: "refused"; readonly response: Response };

/** The session's token comes in a header or a body: a URL of ours that does not need it never holds one. */
async function readSession(
  { playbackTokens }: Context,
  c: HonoContext,
  at: number | IgnoreExpiry,
): Promise<ReadSession> {
  const given = await givenToken(c.req.raw);
  if (given.kind === "refused") return given;
  const read = await readToken(playbackTokens, given.value, at);
  if (read.kind === "refused") return { kind: "refused", response: problem(read.code) };
  const unknown = await refuseUnknownInput(c);
  return unknown === null ? read : { kind: "refused", response: unknown };
}

async function givenToken(request: Request): Promise<ReadInput<string | undefined>> {
  const body = await readJson(request, bodySchema, {});
  if (body.kind === "refused") return body;
  const bearer = bearerToken(request);
  if (bearer === null || body.value.token === undefined) return { kind: "value", value: bearer ?? body.value.token };
  return { kind: "refused", response: problem("invalid", "token: also sent in the Authorization header") };
}
