import type { MiddlewareHandler } from "hono";
import { z } from "zod";
import { allows, type Scope } from "../../shared/domain/scope.ts";
import type { TranscodeJob } from "../../shared/domain/transcode-job.ts";
import type { Context } from "../context.ts";
import { problem } from "../http-errors.ts";
import { bearerToken, equalSecrets } from "./bearer.ts";

/** An administrator or a site. `id` is what it owns things and is audited by, such as `api-key:{keyId}`. */
export type Caller = { readonly id: string; readonly scopes: readonly Scope[] };
export type CallerEnv = { Variables: { caller: Caller } };

/** Whoever may do what `scope` names: 401 without credentials or with wrong ones, 403 without the scope. */
export function requireScope({ settings }: Context, scope: Scope): MiddlewareHandler<CallerEnv> {
  return async (c, next) => {
    const refusal = await refuseUnless(settings.ADMIN_API_KEY, c.req.raw);
    if (refusal !== null) return refusal;
    const caller: Caller = { id: "admin", scopes: ["admin"] };
    if (!allows(caller.scopes, scope)) return problem("not-allowed", `this needs the scope ${scope}`);
    c.set("caller", caller);
    await next();
    return undefined;
  };
}

export function requireProcessor({ settings }: Pick<Context, "settings">): MiddlewareHandler {
  return async (c, next) => {
    const refusal = await refuseUnless(settings.PROCESSOR_TOKEN, c.req.raw);
    if (refusal !== null) return refusal;
    await next();
    return undefined;
  };
}

async function refuseUnless(secret: string, request: Request): Promise<Response | null> {
  const given = bearerToken(request);
  if (given === null) return problem("credentials-missing");
  return (await equalSecrets(given, secret)) ? null : problem("credentials-invalid");
}

/** What a work order's credential says: one job, one lease, and the prefix that this claim may write to. */
const credentialSchema = z.object({ sub: z.string(), lease: z.string(), prefix: z.string(), exp: z.number() });

export type Holder = { readonly job: TranscodeJob; readonly leaseToken: string; readonly clearPrefix: string };
export type HolderEnv = { Variables: { holder: Holder } };

/** Longer than any job: the lease is what ends a holder's rights, this only bounds a stolen credential. */
const CREDENTIAL_SECONDS = 7 * 24 * 3600;

export function issueJobCredential(
  { jobCredentials, now }: Context,
  holder: { jobId: string; leaseToken: string; clearPrefix: string },
) {
  const exp = Math.floor(now() / 1000) + CREDENTIAL_SECONDS;
  return jobCredentials.sign({ sub: holder.jobId, lease: holder.leaseToken, prefix: holder.clearPrefix, exp });
}

/** The holder of the lease of the job in the path. One who lost it gets 409 and changes nothing. */
export function requireLease({ jobCredentials, jobs, now }: Context): MiddlewareHandler<HolderEnv, "/:jobId/*"> {
  return async (c, next) => {
    const given = bearerToken(c.req.raw);
    if (given === null) return problem("credentials-missing");
    const verified = await jobCredentials.verify(given, now() / 1000);
    const credential = verified.kind === "valid" ? credentialSchema.safeParse(verified.payload) : null;
    if (credential?.success !== true) return problem("credentials-invalid");
    const { sub, lease, prefix } = credential.data;
    if (sub !== c.req.param("jobId")) return problem("not-allowed");
    const job = await jobs.findByLease(sub, lease);
    if (job === null) return problem("lease-lost");
    c.set("holder", { job, leaseToken: lease, clearPrefix: prefix });
    await next();
    return undefined;
  };
}
