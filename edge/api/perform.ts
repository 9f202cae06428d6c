import type { Caller } from "../auth/caller.ts";
import type { Context } from "../context.ts";
import { type Refusal, refused } from "../http/refusal.ts";
import { logError } from "../log/log.ts";
import type { Outcome } from "./answer.ts";
import { answerOfSave } from "./answer-of-save.ts";
import type { RouteDefinition } from "./definition.ts";
import { fingerprintOf, readIdempotencyKey } from "./idempotency-key.ts";
import { identifyJob, identifyProcessor, identifyScope } from "./identify.ts";
import { identifySession } from "./identify-session.ts";
import { identifyTicket, ticketOf } from "./identify-ticket.ts";
import { identifyViewer } from "./identify-viewer.ts";
import { performOnce } from "./perform-once.ts";
import { readRouteBody, readRouteQuery } from "./read-input.ts";
import type { AnyInput, Execution, Route } from "./route.ts";

export type Asked = {
  readonly request: Request;
  readonly params: Readonly<Record<string, string>>;
  readonly execution: Execution;
  /** Is given the work that may wait for the database, and returns it. The body of the request is no such work. */
  readonly watch: <Result>(work: Promise<Result>) => Promise<Result>;
};

/** The outcome of a request, with what the audit log needs. */
export type Performed = {
  readonly outcome: Outcome;
  readonly caller: Caller | null;
  /** Null if the request was refused before it was read. */
  readonly input: AnyInput | null;
  /** The answer is that of an earlier request with the same Idempotency-Key. */
  readonly replayed?: boolean;
};

type Identified = { readonly caller: Caller | null; readonly identity: object };
type IdentityRefused = { readonly kind: "refused"; readonly refusal: Refusal; readonly caller: Caller | null };

const NO_HEAD = refused("method-not-allowed", undefined, { allow: "GET" });

/** Identifies the sender, reads the input, calls the handler. */
export async function perform(context: Context, route: Route<Context>, asked: Asked): Promise<Performed> {
  const { definition } = route;
  if (definition.access.kind === "session") return performForSession(context, route, asked);
  const identified = await asked.watch(identify(context, definition, asked));
  if ("refusal" in identified) return { outcome: identified.refusal, caller: identified.caller, input: null };
  const { caller, identity } = identified;
  if (asked.request.method === "HEAD" && definition.head === false) return { outcome: NO_HEAD, caller, input: null };
  const query = readRouteQuery(definition, asked.request);
  if (query.kind === "refused") return { outcome: query, caller, input: null };
  const given = caller === null ? NO_KEY : readIdempotencyKey(definition, asked.request);
  if (given.kind === "refused") return { outcome: given, caller, input: null };
  const copy = given.kind === "key" ? asked.request.clone() : null;
  const body = await readRouteBody(definition, asked.request);
  if (body.kind === "refused") return { outcome: body, caller, input: null };
  const input = { ...inputOf(asked), ...identity, query: query.value, body: body.value };
  if (given.kind === "none" || copy === null || caller === null)
    return asked.watch(handled(context, route, input, caller));
  return asked.watch(handledOnce(context, route, input, { caller, key: given.key, copy }));
}

function inputOf({ request, params, execution }: Asked) {
  return { request, params, execution };
}

const NO_KEY = { kind: "none" } as const;

type Keyed = { readonly caller: Caller; readonly key: string; readonly copy: Request };

/** The first request with the key is handled; its repeats get its answer. */
async function handledOnce(
  context: Context,
  route: Route<Context>,
  input: AnyInput,
  { caller, key, copy }: Keyed,
): Promise<Performed> {
  const run = async (own: Context) => (await handled(own, route, input, caller)).outcome;
  try {
    const request = { callerId: caller.id, key, fingerprint: await fingerprintOf(copy, route.definition) };
    const performed = await performOnce(context, request, run, (save) => answerOfSave(route, save));
    return { ...performed, caller, input };
  } catch (error) {
    logError(new URL(input.request.url).pathname, error);
    return { outcome: refused("unavailable"), caller, input };
  }
}

/** The token of a session may be in the body, which is read first. */
async function performForSession(context: Context, route: Route<Context>, asked: Asked): Promise<Performed> {
  const { definition } = route;
  const refusedBecause = (outcome: Refusal): Performed => ({ outcome, caller: null, input: null });
  const body = await readRouteBody(definition, asked.request);
  if (body.kind === "refused") return refusedBecause(body);
  const accepts = definition.access.kind === "session" && definition.access.expired === "accepted";
  const identified = await identifySession(context, asked.request, body.value, accepts);
  if (identified.kind === "refused") return refusedBecause(identified);
  const query = readRouteQuery(definition, asked.request);
  if (query.kind === "refused") return refusedBecause(query);
  const input = { ...inputOf(asked), session: identified.claims, query: query.value, body: body.value };
  return asked.watch(handled(context, route, input, null));
}

/** A fault of this service may be transient. It is recorded like a refusal, because its effect is unknown. */
async function handled(
  context: Context,
  route: Route<Context>,
  input: AnyInput,
  caller: Caller | null,
): Promise<Performed> {
  try {
    return { outcome: await route.handle(context, input), caller, input };
  } catch (error) {
    logError(new URL(input.request.url).pathname, error);
    return { outcome: refused("unavailable"), caller, input };
  }
}

async function identify(
  context: Context,
  definition: RouteDefinition,
  { request, params, execution }: Asked,
): Promise<Identified | IdentityRefused> {
  const { access, method, audit, prompt } = definition;
  const refusedBecause = (refusal: Refusal, caller: Caller | null = null) =>
    ({ kind: "refused", refusal, caller }) as const;
  switch (access.kind) {
    case "scope": {
      const ticket = access.ticket === true ? ticketOf(request) : null;
      if (ticket !== null) {
        const holder = await identifyTicket(context, ticket, access.scope);
        return holder.kind === "refused" ? refusedBecause(holder) : { caller: holder.caller, identity: holder };
      }
      const attempt = { request, hasEffects: method !== "GET" || audit !== undefined, isPrompt: prompt === true };
      const { caller, refusal, acceptedAt } = await identifyScope(context, access.scope, attempt, execution);
      return refusal === null ? { caller, identity: { caller, acceptedAt } } : refusedBecause(refusal, caller);
    }
    case "caller": {
      const attempt = { request, hasEffects: false, isPrompt: false };
      const { caller, refusal } = await identifyScope(context, null, attempt, execution);
      return refusal === null ? { caller, identity: { caller } } : refusedBecause(refusal);
    }
    case "processor": {
      const refusal = await identifyProcessor(context, request);
      return refusal === null ? { caller: null, identity: {} } : refusedBecause(refusal);
    }
    case "job": {
      const identified = await identifyJob(context, params.jobId ?? "", request);
      return identified.kind === "held"
        ? { caller: null, identity: { held: identified.held } }
        : refusedBecause(identified);
    }
    case "viewer": {
      const identified = await identifyViewer(context, request, (work) => execution.waitUntil(work));
      return identified.kind === "refused"
        ? refusedBecause(identified)
        : { caller: null, identity: { viewer: identified.viewer, acceptedAt: identified.acceptedAt } };
    }
    case "open":
    case "session":
      return { caller: null, identity: {} };
    default:
      return access satisfies never;
  }
}
