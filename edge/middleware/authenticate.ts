import type { Context as HonoContext, MiddlewareHandler } from "hono";
import { readHolder } from "../../shared/application/job-service/identify.ts";
import type { HeldJob } from "../../shared/application/protocols/job-protocol.ts";
import { allows, type Scope } from "../../shared/domain/scope.ts";
import { ADMINISTRATIVE_ACTIONS } from "../audit/audited-routes.ts";
import { authenticateCaller } from "../auth/authenticate-caller.ts";
import { bearerToken, equalSecrets } from "../auth/bearer.ts";
import type { Caller } from "../auth/caller.ts";
import type { Context } from "../context.ts";
import { problem } from "../http/problems.ts";
import { refuseUnknownInput, routeOf } from "./route-inputs.ts";

export type CallerEnv = { Variables: { caller: Caller } };
export type HeldJobEnv = { Variables: { held: HeldJob } };

/** A scope, or for a resource the one for reading it (GET, HEAD) and the one for changing it. */
export type NeededScope = Scope | { readonly read: Scope; readonly write: Scope };

/** Whoever may do what `needed` names: 401 without credentials or with wrong ones, 403 without the scope. */
export function requireScope({ callers, now }: Context, needed: NeededScope): MiddlewareHandler<CallerEnv> {
  return async (c, next) => {
    const later = (work: Promise<unknown>) => c.executionCtx.waitUntil(work);
    const identified = await authenticateCaller(callers, c.req.raw, hasEffects(c), now(), later);
    if (identified.kind === "none") return problem("credentials-missing");
    if (identified.kind === "refused") return problem(identified.code, identified.reason);
    if (identified.kind === "unavailable") return problem("unavailable", identified.reason, { "retry-after": "5" });
    c.set("caller", identified.caller);
    const scope = scopeFor(c.req.method, needed);
    if (!allows(identified.caller.scopes, scope)) return problem("not-allowed", `requires the scope ${scope}`);
    return (await refuseUnknownInput(c)) ?? (await next());
  };
}

/** Whether the request changes something, or leaves an event in the audit log, as the reading of a key does. */
function hasEffects(c: HonoContext): boolean {
  const isReading = c.req.method === "GET" || c.req.method === "HEAD";
  return !isReading || ADMINISTRATIVE_ACTIONS[routeOf(c) ?? ""] !== undefined;
}

function scopeFor(method: string, needed: NeededScope): Scope {
  if (typeof needed === "string") return needed;
  return method === "GET" || method === "HEAD" ? needed.read : needed.write;
}

export function requireProcessor({ settings }: Pick<Context, "settings">): MiddlewareHandler {
  return async (c, next) => {
    const given = bearerToken(c.req.raw);
    if (given === null) return problem("credentials-missing");
    if (!(await equalSecrets(given, settings.PROCESSOR_TOKEN))) return problem("credentials-invalid");
    return (await refuseUnknownInput(c)) ?? (await next());
  };
}

/** A credential of the job in the path. Whether its lease still holds the job, the job service finds out. */
export function requireJobCredential({
  jobCredentials: credentials,
}: Pick<Context, "jobCredentials">): MiddlewareHandler<HeldJobEnv, "/:jobId/*"> {
  return async (c, next) => {
    const credential = bearerToken(c.req.raw);
    if (credential === null) return problem("credentials-missing");
    const held = { jobId: c.req.param("jobId"), credential };
    const read = await readHolder({ credentials }, held);
    if (read.kind === "refused") return problem(read.code);
    c.set("held", held);
    return (await refuseUnknownInput(c)) ?? (await next());
  };
}
