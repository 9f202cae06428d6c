import type { Hono, Context as HonoContext } from "hono";
import { createPostOfUploadToken } from "../../../shared/application/commands/create-post-of-upload-token.ts";
import type { UploadTokenWithUpload } from "../../../shared/domain/uploads/upload-token.ts";
import { type RecordDeps, recordAdministration } from "../../audit/record-administration.ts";
import type { Context } from "../../context.ts";
import { dispatchingSaves, type OutboxDeps } from "../../events/outbox.ts";
import type { ProblemCode } from "../../http/problems.ts";
import type { LaunchDeps } from "../../launchers/launch-deps.ts";
import { logError } from "../../log/log.ts";
import { isPreflight, PUBLIC_HEADERS, preflight } from "../../middleware/public-headers.ts";
import { UPLOAD_ACTIONS, type UploadDeps, uploadDeps } from "./own-uploads.ts";
import { effectiveMethod, refusedBy, serveUpload, type TusRefusal, uploadIdOf } from "./uploads.ts";

/** Where tus clients upload with a token in the query instead of an API key. */
export const TOKEN_UPLOADS_PATH = "/api/v2/token-uploads";

type Deps = UploadDeps & RecordDeps & OutboxDeps & LaunchDeps & Pick<Context, "uploadTokens" | "uploadTokenTexts">;

type Identified =
  | { readonly kind: "token"; readonly token: UploadTokenWithUpload; readonly text: string }
  | { readonly kind: "none" };

/**
 * Uploads with an upload token, over the protocol of own-uploads.ts. The token allows the creation of one upload and
 * every request about that upload, from pages of its origin and from clients that are no browsers.
 */
export function mountTokenUploads(app: Hono, deps: Deps): void {
  app.all(`${TOKEN_UPLOADS_PATH}/*`, (c) => {
    const work = answered(deps, c);
    const { method } = c.req;
    if (method !== "GET" && method !== "HEAD" && method !== "OPTIONS") c.executionCtx.waitUntil(work);
    return work;
  });
}

async function answered(deps: Deps, c: HonoContext): Promise<Response> {
  const request = c.req.raw;
  try {
    const identified = await identify(deps, request);
    const served = await serve(deps, identified, c);
    return withOrigin(served, identified);
  } catch (error) {
    logError(TOKEN_UPLOADS_PATH, error);
    return withOrigin(refusedBy({ status: 503, reason: "Temporarily unavailable", headers: { "Retry-After": "5" } }));
  }
}

async function identify(
  { uploadTokens, uploadTokenTexts }: Pick<Deps, "uploadTokens" | "uploadTokenTexts">,
  request: Request,
): Promise<Identified> {
  const text = new URL(request.url).searchParams.get("token") ?? "";
  const tokenId = await uploadTokenTexts.read(text);
  const token = tokenId === null ? null : await uploadTokens.find(tokenId);
  return token === null ? { kind: "none" } : { kind: "token", token, text };
}

async function serve(deps: Deps, identified: Identified, c: HonoContext): Promise<Response> {
  const request = c.req.raw;
  const method = effectiveMethod(request);
  if (identified.kind === "none") {
    if (method === "OPTIONS") return preflight(request);
    return refuse(deps, c, null, { status: 401, reason: "This upload address is not valid. Request another one." });
  }
  const { token, text } = identified;
  const refusal = refusalOf(token, request, deps.now());
  if (refusal !== null) return refuse(deps, c, token, refusal);
  if (isPreflight(request)) return preflight(request);
  const { uploadTokens } = deps;
  const { tokenId, owner, maxDurationSeconds } = token;
  const access = { owner, path: TOKEN_UPLOADS_PATH, token: { uploadTokens, tokenId, maxDurationSeconds, text } };
  const upload = uploadDeps(deps, c.executionCtx);
  const maxBytes = Math.min(upload.maxBytes, token.maxBytes);
  const response = await serveUpload({ ...upload, maxBytes }, access, request);
  if (method === "PATCH") await createPost(deps, tokenId, c);
  await record(deps, c, token, response.status, null);
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
async function createPost(deps: Deps, tokenId: string, c: HonoContext): Promise<void> {
  try {
    const invocation = dispatchingSaves(deps, (work) => c.executionCtx.waitUntil(work));
    await createPostOfUploadToken(invocation, tokenId, deps.now());
  } catch (error) {
    logError("token-post", error, { tokenId });
  }
}

async function refuse(
  deps: Deps,
  c: HonoContext,
  token: UploadTokenWithUpload | null,
  refusal: TusRefusal,
): Promise<Response> {
  const reason = refusal.status === 401 ? "credentials-invalid" : refusal.status === 403 ? "not-allowed" : null;
  await record(deps, c, token, refusal.status, reason);
  return refusedBy(refusal);
}

async function record(
  deps: Deps,
  c: HonoContext,
  token: UploadTokenWithUpload | null,
  status: number,
  reason: ProblemCode | null,
): Promise<void> {
  const request = c.req.raw;
  const method = effectiveMethod(request);
  const caller = token === null ? null : { id: `upload-token:${token.tokenId}`, scopes: [] };
  await recordAdministration(deps, c.executionCtx, {
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
