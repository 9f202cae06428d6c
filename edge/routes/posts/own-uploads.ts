import type { Hono, Context as HonoContext } from "hono";
import { identifyScope } from "../../api/identify.ts";
import { respond } from "../../api/respond.ts";
import type { AuditAction } from "../../audit/audit-actions.ts";
import { type RecordDeps, recordAdministration } from "../../audit/record-administration.ts";
import type { Context } from "../../context.ts";
import { refused } from "../../http/refusal.ts";
import { logError } from "../../log/log.ts";
import { firstWaitMs } from "../../webhooks/event-times.ts";
import { queueSoon } from "../../webhooks/queue-soon.ts";
import { effectiveMethod, ownUploads, serveUpload, UPLOADS_PATH } from "./uploads.ts";

/** What every upload uses. */
export type UploadDeps = Pick<Context, "uploads" | "webhookDeliveries" | "env" | "settings" | "now">;
type Deps = UploadDeps & RecordDeps & Pick<Context, "callers" | "gate">;

export const UPLOAD_ACTIONS: Readonly<Record<string, AuditAction>> = {
  POST: "upload.create",
  PATCH: "upload.append",
  DELETE: "upload.delete",
};

/**
 * Uploads belong to the caller who created them. Protocol and refusals are those of tus, which the definitions describe
 * by hand. OPTIONS is public.
 */
export function mountUploads(app: Hono, deps: Deps): void {
  app.all(`${UPLOADS_PATH}/*`, async (c) => {
    const method = effectiveMethod(c.req.raw);
    if (method === "OPTIONS") return serveUpload(uploadDeps(deps, c.executionCtx), ownUploads(null), c.req.raw);
    const work = served(deps, method, c);
    if (method !== "GET" && method !== "HEAD") c.executionCtx.waitUntil(work);
    return work;
  });
}

export function uploadDeps(deps: UploadDeps, execution: Pick<ExecutionContext, "waitUntil">) {
  const { uploads, env, now, settings } = deps;
  return {
    ...{ uploads, source: env.SOURCE, now, maxBytes: settings.MAX_UPLOAD_BYTES },
    ...{ lifeMs: settings.UPLOAD_LIFE_SECONDS * 1000, firstWaitMs: firstWaitMs(settings) },
    completed: () => queueSoon(deps, execution),
  };
}

async function served(deps: Deps, method: string, c: HonoContext): Promise<Response> {
  const request = c.req.raw;
  const hasEffects = method !== "GET" && method !== "HEAD";
  const attempt = { request, hasEffects, isPrompt: false };
  const { caller, refusal } = await identifyScope(deps, "posts:write", attempt, c.executionCtx);
  const sent = caller === null || refusal !== null ? null : await sentBy(deps, caller.id, c);
  const reason = refusal?.code ?? (sent === null ? "unavailable" : null);
  const response = sent ?? respond(refusal ?? refused("unavailable"), method);
  await recordAdministration(deps, c.executionCtx, {
    ...{ request, caller, reason, status: response.status },
    ...{ route: `${method} ${UPLOADS_PATH}/*`, action: UPLOAD_ACTIONS[method] ?? null },
    ...{ params: {}, asked: null, stated: undefined },
  }).catch((error: unknown) => logError("audit", error, { path: c.req.path }));
  return response;
}

/** Null after a fault, which is logged. */
async function sentBy(deps: Deps, owner: string, c: HonoContext): Promise<Response | null> {
  try {
    return await serveUpload(uploadDeps(deps, c.executionCtx), ownUploads(owner), c.req.raw);
  } catch (error) {
    logError(c.req.path, error);
    return null;
  }
}
