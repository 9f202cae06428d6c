import { actionOf } from "../audit/audit-actions.ts";
import { recordAdministration } from "../audit/record-administration.ts";
import type { Context } from "../context.ts";
import { dispatchingSaves } from "../events/outbox.ts";
import { problemOf } from "../http/problems.ts";
import { refused } from "../http/refusal.ts";
import { logError } from "../log/log.ts";
import { createDeadline, DATABASE_TIMEOUT_MS, type Deadline, timedOut } from "../middleware/deadline.ts";
import { withPublicHeaders } from "../middleware/public-headers.ts";
import type { Outcome } from "./answer.ts";
import { routeOf } from "./definition.ts";
import { IDEMPOTENCY_REPLAYED } from "./idempotency-key.ts";
import { type Asked, type Performed, perform } from "./perform.ts";
import { respond } from "./respond.ts";
import type { Execution, Route } from "./route.ts";

/** A request for a route, by the router or without it. */
export type Sent = {
  readonly request: Request;
  readonly params: Readonly<Record<string, string>>;
  readonly execution: Execution;
};

/** Performs the request, records it if it is administrative, and answers it with the public headers. */
export function serve(context: Context, route: Route<Context>, sent: Sent): Promise<Response> {
  const { request, execution } = sent;
  const invocation = dispatchingSaves(context, (work) => execution.waitUntil(work));
  const { access, prompt } = route.definition;
  const keep = () => execution.waitUntil(work);
  // A viewer who leaves before the body has arrived has asked for nothing yet, and what memory answers cannot be
  // interrupted: most requests for a token are spared the cost of being kept.
  const isKeptOnWait = prompt === true && access.kind === "viewer";
  const onFirstWait = isKeptOnWait ? keep : () => {};
  const deadline = prompt === true ? createDeadline(DATABASE_TIMEOUT_MS, sleep, onFirstWait) : null;
  const work = served(invocation, route, sent, deadline);
  // A caller who disconnects ends neither the action nor its event.
  if (request.method !== "GET" && !isKeptOnWait) keep();
  return work;
}

const sleep = (ms: number) => scheduler.wait(ms);

const UNWATCHED: Asked["watch"] = (work) => work;

async function served(
  context: Context,
  route: Route<Context>,
  sent: Sent,
  deadline: Deadline | null,
): Promise<Response> {
  const { request, execution } = sent;
  const asked = { ...sent, watch: deadline?.watch ?? UNWATCHED };
  const performing = perform(context, route, asked);
  const performed = deadline === null ? await performing : await Promise.race([performing, deadline.late]);
  if (performed !== "late") {
    const outcome = isRecorded(route) ? await recorded(context, route, asked, performed) : performed.outcome;
    const response = respond(outcome, request.method);
    if (performed.replayed === true) response.headers.set(IDEMPOTENCY_REPLAYED, "true");
    return response;
  }
  // The log reports what the caller saw; what still runs is not awaited.
  const unseen = performing.then(async (late) => {
    if (isRecorded(route)) await recorded(context, route, asked, { ...late, outcome: refused("unavailable") });
  });
  execution.waitUntil(unseen);
  return withPublicHeaders(timedOut(request.url));
}

function isRecorded({ definition: { access } }: Route<Context>): boolean {
  return access.kind === "scope" || access.kind === "caller";
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
