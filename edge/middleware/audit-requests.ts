import type { Context as HonoContext, MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import { auditEvent, type Occurrence } from "../../shared/domain/audit-event.ts";
import { ADMINISTRATIVE_ACTIONS, type AuditedAction } from "../audit/audited-routes.ts";
import { clientOf } from "../audit/client-of.ts";
import { recordByQueue, recordNow } from "../audit/record-events.ts";
import { boundedActor, postIdOrNull } from "../audit/redact-value.ts";
import { auditEventsOf, fieldsOf, type HandledRequest } from "../audit/request-events.ts";
import type { Caller } from "../auth/caller.ts";
import type { Context } from "../context.ts";
import { problemCodeOf } from "../http/problems.ts";
import { valueReadFrom } from "../http/read-json.ts";
import { logError } from "../log/log.ts";

/** `recorded` is set by a route that has written its own event before it gave something out. */
export type AuditedEnv = { Variables: { caller?: Caller; recorded?: true } };

/**
 * Whatever an administrator does, into the audit log, and whoever was refused for their credentials.
 *
 * The event is written after the deed, since only then it is known what came of it, and before the answer, so that
 * whoever has the answer finds the event. The write costs the caller one round trip to D1. From its first step the
 * request is held by `waitUntil`, so that a caller who hangs up ends neither the deed nor its event; when D1 refuses the
 * event, the queue takes it.
 */
export function recordAdministration(context: Context): MiddlewareHandler<AuditedEnv> {
  return async (c, next) => {
    const work = next().then(() => tell(context, c));
    if (!isReading(c.req.method)) c.executionCtx.waitUntil(work);
    await work;
  };
}

/** Never throws: the deed is done, and its answer is right. */
async function tell(context: Context, c: HonoContext<AuditedEnv>): Promise<void> {
  if (c.req.method === "OPTIONS" || c.get("recorded")) return;
  try {
    const asked = askedOf(c);
    const reason = c.res.status < 400 || c.res.bodyUsed ? null : await problemCodeOf(c.res.clone());
    const caller = c.get("caller") ?? null;
    if (caller === null || reason === "not-allowed") noteRefusedCredentials(context, c, asked, caller, reason);
    else if (isAudited(asked)) await record(context, c, asked, caller, reason);
  } catch (error) {
    logError("audit", error, { path: c.req.path });
  }
}

/** `route` is the method and the pattern of the route that answers, or would have. */
type Asked = {
  readonly route: string;
  readonly method: string;
  readonly params: Readonly<Record<string, string>>;
  readonly audited: AuditedAction | undefined;
};

function isAudited({ audited, method }: Asked): boolean {
  return audited === undefined ? !isReading(method) : audited.refusalsOnly !== true;
}

async function record(
  context: Context,
  c: HonoContext,
  { audited = { action: "other" }, params, route }: Asked,
  caller: Caller,
  reason: string | null,
): Promise<void> {
  const { status } = c.res;
  const seen = {
    caller,
    client: clientOf(c.req.raw),
    params: audited.action === "other" ? { route } : params,
    query: c.req.query(),
    body: fieldsOf(valueReadFrom(c.req.raw)),
    status,
    reason,
    // It may be gone already, when it was somebody else who answered for want of time.
    answer: status < 400 && !c.res.bodyUsed && readsAnswer(audited) ? fieldsOf(await c.res.clone().json()) : {},
  };
  const { now, settings } = context;
  const events = auditEventsOf(audited, await withPostOfJob(context, audited, seen)).map((occurrence) =>
    auditEvent(occurrence, 1, now(), settings.AUDIT_RETENTION_DAYS),
  );
  await (audited.frequent ? recordByQueue(context, events) : recordNow(context, events));
}

/** A flood of them is counted. Of a caller whom we do not know, nothing is told that could be anything. */
function noteRefusedCredentials(
  { refusals }: Context,
  c: HonoContext,
  { audited, route, params }: Asked,
  caller: Caller | null,
  reason: string | null,
): void {
  const { status } = c.res;
  if (status !== 401 && status !== 403) return;
  const refusal: Occurrence = {
    actor: caller === null ? "anonymous" : boundedActor(caller.id),
    action: audited?.action ?? "other",
    videoPostId: postIdOrNull(params.videoPostId),
    fileIndex: null,
    status,
    reason,
    ...clientOf(c.req.raw),
    details: audited === undefined ? { route } : null,
  };
  refusals.note(refusal, c.executionCtx);
}

/** The last route that matched. Uploads are one route for all methods, which tus may override. */
function askedOf(c: HonoContext): Asked {
  const matched = matchedRoutes(c).at(-1);
  const pattern = matched?.path ?? "";
  const override = c.req.method === "POST" ? c.req.header("x-http-method-override") : undefined;
  const sent = override === "PATCH" || override === "DELETE" ? override : c.req.method;
  const method = matched === undefined || matched.method === "ALL" ? sent : matched.method;
  const route = `${method} ${pattern}`;
  return { route, method, params: paramsOf(pattern, c.req.path), audited: ADMINISTRATIVE_ACTIONS[route] };
}

function paramsOf(pattern: string, path: string): Record<string, string> {
  const values = path.split("/");
  const names = pattern.split("/").map((part, index) => [part, values[index]] as const);
  return Object.fromEntries(
    names.flatMap(([part, value]) => (part.startsWith(":") && value !== undefined ? [[part.slice(1), value]] : [])),
  );
}

function isReading(method: string): boolean {
  return method === "GET" || method === "HEAD" || method === "OPTIONS";
}

function readsAnswer({ answer, tokenIn, each }: AuditedAction): boolean {
  return answer !== undefined || tokenIn === "answer" || each !== undefined;
}

async function withPostOfJob({ jobs }: Context, audited: AuditedAction, seen: HandledRequest): Promise<HandledRequest> {
  if (audited.ofJob !== true || seen.params.jobId === undefined) return seen;
  const job = await jobs.find(seen.params.jobId).catch(() => null);
  return job === null ? seen : { ...seen, body: { ...seen.body, videoPostId: job.videoPostId } };
}
