import type { Hono, Context as HonoContext } from "hono";
import { actionOf } from "../audit/audit-actions.ts";
import { recordAdministration } from "../audit/record-administration.ts";
import type { Context } from "../context.ts";
import { dispatchingSaves } from "../events/outbox.ts";
import { problemOf } from "../http/problems.ts";
import { refused } from "../http/refusal.ts";
import { logError } from "../log/log.ts";
import { DATABASE_TIMEOUT_MS, timedOut, within } from "../middleware/timeout.ts";
import type { Outcome } from "./answer.ts";
import { routeOf, routerPath } from "./definition.ts";
import { IDEMPOTENCY_REPLAYED } from "./idempotency-key.ts";
import { type Asked, type Performed, perform } from "./perform.ts";
import { respond } from "./respond.ts";
import type { Route } from "./route.ts";

/** Registers the routes. Each request is performed, recorded if it is administrative, and answered. */
export function mount(app: Hono, context: Context, routes: readonly Route<Context>[]): void {
  for (const route of routes) {
    const { method, path } = route.definition;
    app.on(method, routerPath(path), (c) => {
      const invocation = dispatchingSaves(context, (work) => c.executionCtx.waitUntil(work));
      const work = serve(invocation, route, c);
      // A caller who disconnects ends neither the action nor its event.
      if (method !== "GET") c.executionCtx.waitUntil(work);
      return work;
    });
  }
}

async function serve(context: Context, route: Route<Context>, c: HonoContext): Promise<Response> {
  const { definition } = route;
  const { method } = c.req;
  const asked = { request: c.req.raw, params: c.req.param() as Record<string, string>, execution: c.executionCtx };
  const performing = perform(context, route, asked);
  const performed = definition.prompt === true ? await within(DATABASE_TIMEOUT_MS, performing) : await performing;
  if (performed !== "late") {
    const response = respond(await recorded(context, route, asked, performed), method);
    if (performed.replayed === true) response.headers.set(IDEMPOTENCY_REPLAYED, "true");
    return response;
  }
  // The log reports what the caller saw; what still runs is not awaited.
  const unseen = performing.then((late) => ({ ...late, outcome: refused("unavailable") }));
  c.executionCtx.waitUntil(unseen.then((late) => recorded(context, route, asked, late)));
  return timedOut(c.req.url);
}

/**
 * The outcome, once the audit log has it. An action whose event is lost stays done, unless the action says otherwise.
 */
async function recorded(
  context: Context,
  { definition, asked: factsOf }: Route<Context>,
  { request, params, execution }: Asked,
  { outcome, caller, input }: Performed,
): Promise<Outcome> {
  if (definition.access.kind !== "scope") return outcome;
  const action = definition.audit ?? null;
  try {
    await recordAdministration(context, execution, {
      ...{ request, params, action, caller, route: routeOf(definition) },
      status: outcome.kind === "refused" ? problemOf(outcome.code).status : outcome.status,
      reason: outcome.kind === "refused" ? outcome.code : null,
      asked: input === null || factsOf === null ? null : factsOf(input),
      stated: outcome.facts,
    });
    return outcome;
  } catch (error) {
    logError("audit", error, { path: new URL(request.url).pathname });
    return action !== null && actionOf(action).beforeAnswer ? refused("unavailable") : outcome;
  }
}
