import { Hono } from "hono";
import * as z from "zod";
import { revokeVideoHlsKeys } from "../../../shared/application/commands/revoke-content-keys.ts";
import { revokeVideoHlsKeyTokens } from "../../../shared/application/commands/revoke-playback-tokens.ts";
import type { TokenSelection } from "../../../shared/application/ports/token-store.ts";
import { fromWire, type PlaybackClaims } from "../../../shared/playback-token/claims.ts";
import type { Context } from "../../context.ts";
import { refusalResponse } from "../../http/command-response.ts";
import { problem } from "../../http/problems.ts";
import { readJson } from "../../http/read-json.ts";
import { type CallerEnv, requireScope } from "../../middleware/authenticate.ts";

/** One object and no union, so that a refusal names a field that is unknown. */
const fieldsSchema = z.strictObject({
  token: z.string().min(1).max(4096).optional(),
  tokenId: z.string().min(1).max(64).optional(),
  viewer: z.string().min(1).max(300).optional(),
  videoPostId: z.string().min(1).max(64).optional(),
  fileIndex: z.int().min(0).optional(),
  keyVersion: z.int().positive().optional(),
});

type Part = { readonly videoPostId: string; readonly fileIndex: number };
type Target =
  | { readonly token: string }
  | { readonly tokenId: string }
  | { readonly viewer: string }
  | (Part & { readonly keyVersion: number })
  | Part;

/** Each set of fields that names one thing: a request that names two, or one of them wrongly, revokes nothing. */
const FORMS = ["token", "tokenId", "viewer", "fileIndex,videoPostId", "fileIndex,keyVersion,videoPostId"];

const requestSchema = fieldsSchema.transform((fields, check): Target => {
  const named = Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (FORMS.includes(named.toSorted().join(","))) return fields as Target;
  const message =
    "send one of: token; tokenId; viewer; videoPostId and fileIndex; videoPostId, fileIndex and keyVersion";
  check.addIssue({ code: "custom", message });
  return z.NEVER;
});

/** `POST /admin/video/enc/revoke`. The gate refuses from the answer on; what a player has in memory it keeps. */
export function revokeRoutes(context: Context): Hono<CallerEnv> {
  const routes = new Hono<CallerEnv>();
  routes.use(requireScope(context, "access:write"));
  routes.post("/", async (c) => {
    const body = await readJson(c.req.raw, requestSchema as z.ZodType<Target>);
    if (body.kind === "refused") return body.response;
    if ("keyVersion" in body.value) return revokeVersion(context, body.value);
    const selection = await selectionOf(context, body.value);
    if (selection instanceof Response) return selection;
    return c.json(await revokeVideoHlsKeyTokens(context.tokens, selection));
  });
  return routes;
}

async function revokeVersion(
  { posts, now }: Context,
  target: Extract<Target, { keyVersion: number }>,
): Promise<Response> {
  const outcome = await revokeVideoHlsKeys(posts, target, now());
  if (outcome.kind !== "done") return refusalResponse(outcome);
  const { stopsPlayback } = outcome.value;
  const note = "this version is playing: rotate the part (/admin/video/enc/rotate) to make it playable again";
  return Response.json({ ...outcome.value, ...(stopsPlayback ? { note } : {}) });
}

async function selectionOf(
  context: Context,
  target: Exclude<Target, { keyVersion: number }>,
): Promise<TokenSelection | Response> {
  if ("tokenId" in target) return { kind: "token", tokenId: target.tokenId };
  if ("viewer" in target) return { kind: "viewer", viewer: target.viewer };
  if ("token" in target) return tokenNamedBy(context, target.token);
  const found = await context.tokens.findPlayablePart(target.videoPostId, target.fileIndex);
  return found === null ? problem("not-found") : { kind: "file", fileId: found.fileId };
}

async function tokenNamedBy({ playbackTokens }: Context, token: string): Promise<TokenSelection | Response> {
  // The sessions of a token outlive it.
  const verified = await playbackTokens.verify(token, "ignore-expiry");
  const claims: PlaybackClaims | null = verified.kind === "valid" ? fromWire(verified.payload) : null;
  if (claims === null) return problem("invalid", "token: not issued here, or signed with a key that was removed");
  if (claims.hasRow) return { kind: "token", tokenId: claims.tokenId };
  return problem("wrong-state", `public tokens cannot be revoked one by one: revoke key version ${claims.keyVersion}`);
}
