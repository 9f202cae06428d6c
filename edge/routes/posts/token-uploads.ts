import type { Hono, Context as HonoContext } from "hono";
import { createPostOfUploadToken } from "../../../shared/application/commands/create-post-of-upload-token.ts";
import type { UploadTokenWithUpload } from "../../../shared/domain/upload-token.ts";
import { recordAdministration } from "../../audit/record-administration.ts";
import type { Context } from "../../context.ts";
import { dispatchingSaves } from "../../events/outbox.ts";
import type { ProblemCode } from "../../http/problems.ts";
import { logError } from "../../log/log.ts";
import { isPreflight, PUBLIC_HEADERS, preflight } from "../../middleware/public-headers.ts";
import { UPLOAD_ACTIONS, uploadDeps } from "./own-uploads.ts";
import { effectiveMethod, refusedBy, serveUpload, type TusRefusal, uploadIdOf } from "./uploads.ts";

/** Where tus clients upload with a token in the query instead of an API key. */
export const TOKEN_UPLOADS_PATH = "/api/v2/token-uploads";

type Identified =
  | { readonly kind: "token"; readonly token: UploadTokenWithUpload; readonly text: string }
  | { readonly kind: "none" };

/**
 * Uploads with an upload token, over the protocol of own-uploads.ts. The token allows the creation of one upload and
 * every request about that upload, from pages of its origin and from clients that are no browsers.
 */
export function mountTokenUploads(app: Hono, context: Context): void {
  app.all(`${TOKEN_UPLOADS_PATH}/*`, (c) => {
    const work = answered(context, c);
    const { method } = c.req;
    if (method !== "GET" && method !== "HEAD" && method !== "OPTIONS") c.executionCtx.waitUntil(work);
    return work;
  });
}

async function answered(context: Context, c: HonoContext): Promise<Response> {
  const request = c.req.raw;
  try {
    const identified = await identify(context, request);
    const served = await serve(context, identified, c);
    return withOrigin(served, identified);
  } catch (error) {
    logError(TOKEN_UPLOADS_PATH, error);
    return withOrigin(refusedBy({ status: 503, reason: "Temporarily unavailable", headers: { "Retry-After": "5" } }));
  }
}

async function identify({ uploadTokens, uploadTokenTexts }: Context, request: Request): Promise<Identified> {
  const text = new URL(request.url).searchParams.get("token") ?? "";
  const tokenId = await uploadTokenTexts.read(text);
  const token = tokenId === null ? null : await uploadTokens.find(tokenId);
  return token === null ? { kind: "none" } : { kind: "token", token, text };
}

async function serve(context: Context, identified: Identified, c: HonoContext): Promise<Response> {
  const request = c.req.raw;
  const method = effectiveMethod(request);
  if (identified.kind === "none") {
    if (method === "OPTIONS") return preflight(request);
    return refuse(context, c, null, { status: 401, reason: "This upload address is not valid. Request another one." });
  }
  const { token, text } = identified;
  const refusal = refusalOf(token, request, context.now());
  if (refusal !== null) return refuse(context, c, token, refusal);
  if (isPreflight(request)) return preflight(request);
  const { uploadTokens } = context;
  const { tokenId, owner, maxDurationSeconds } = token;
  const access = { owner, path: TOKEN_UPLOADS_PATH, token: { uploadTokens, tokenId, maxDurationSeconds, text } };
  const deps = uploadDeps(context, c.executionCtx);
  const response = await serveUpload({ ...deps, maxBytes: Math.min(deps.maxBytes, token.maxBytes) }, access, request);
  if (method === "PATCH") await createPost(context, tokenId, c);
  await record(context, c, token, response.status, null);
  return response;
}

function refusalOf(token: UploadTokenWithUpload, request: Request, now: number): TusRefusal | null {
  const origin = request.headers.get("Origin");
  if (origin !== null && origin !== token.corsOrigin) {
    return { status: 403, reason: "This upload address is not for pages of this origin." };
  }
  const method = effectiveMethod(request);
  if (method === "OPTIONS") return null;
  if (token.revokedAt !== null) return { status: 410, reason: "This upload address was revoked." };
  const uploadId = uploadIdOf(request, TOKEN_UPLOADS_PATH);
  if (uploadId !== null && uploadId !== token.uploadId) return { status: 404, reason: "Unknown upload" };
  if (method !== "POST") return null;
  if (token.postCreatedAt !== null) return { status: 403, reason: "This upload address has been used." };
  const isOver = token.endedAt !== null || token.expiresAt <= now;
  return isOver ? { status: 410, reason: "This upload address has expired. Request another one." } : null;
}

/** The chunk is stored, so its answer does not depend on the post: the Cron Trigger repeats what fails here. */
async function createPost(context: Context, tokenId: string, c: HonoContext): Promise<void> {
  try {
    const invocation = dispatchingSaves(context, (work) => c.executionCtx.waitUntil(work));
    await createPostOfUploadToken(invocation, tokenId, context.now());
  } catch (error) {
    logError("token-post", error, { tokenId });
  }
}

async function refuse(
  context: Context,
  c: HonoContext,
  token: UploadTokenWithUpload | null,
  refusal: TusRefusal,
): Promise<Response> {
  const reason = refusal.status === 401 ? "credentials-invalid" : refusal.status === 403 ? "not-allowed" : null;
  await record(context, c, token, refusal.status, reason);
  return refusedBy(refusal);
}

async function record(
  context: Context,
  c: HonoContext,
  token: UploadTokenWithUpload | null,
  status: number,
  reason: ProblemCode | null,
): Promise<void> {
  const request = c.req.raw;
  const method = effectiveMethod(request);
  const caller = token === null ? null : { id: `upload-token:${token.tokenId}`, scopes: [] };
  await recordAdministration(context, c.executionCtx, {
    ...{ request, caller, reason, status },
    ...{ route: `${method} ${TOKEN_UPLOADS_PATH}/*`, action: UPLOAD_ACTIONS[method] ?? null },
    ...{ params: {}, asked: null, stated: undefined, counted: true },
  }).catch((error: unknown) => logError("audit", error, { path: TOKEN_UPLOADS_PATH }));
}

/** CORS for the origin of the token alone. A page may read why an address is not valid. */
function withOrigin(response: Response, identified: Identified = { kind: "none" }): Response {
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(PUBLIC_HEADERS)) headers.set(name, value);
  headers.append("vary", "Origin");
  headers.set("cache-control", "no-store");
  if (identified.kind === "token") {
    const { corsOrigin } = identified.token;
    if (corsOrigin === null) headers.delete("access-control-allow-origin");
    else headers.set("access-control-allow-origin", corsOrigin);
  }
  const { status } = response;
  return new Response(response.body, { status, headers });
}
