import { readHolder } from "../../shared/application/job-service/identify.ts";
import type { HeldJob } from "../../shared/application/protocols/job-protocol.ts";
import { allows, type Scope } from "../../shared/domain/access/scope.ts";
import { authenticateCaller } from "../auth/authenticate-caller.ts";
import { bearerToken, equalSecrets } from "../auth/bearer.ts";
import type { Attempt, Caller } from "../auth/caller.ts";
import type { Context } from "../context.ts";
import { type AcceptedPosition, acceptedPosition, positionBefore } from "../gate/accepted-position.ts";
import { type Refusal, refused } from "../http/refusal.ts";
import type { Execution } from "./route.ts";

/** A caller with the scope; `caller` is also set if only the scope is missing. */
export type ScopedCaller = {
  readonly caller: Caller | null;
  readonly refusal: Refusal | null;
  /** Only of prompt attempts. */
  readonly acceptedAt?: AcceptedPosition;
};

/** `scope`: null if every caller may. */
export async function identifyScope(
  { callers, now, gate }: Pick<Context, "callers" | "now" | "gate">,
  scope: Scope | null,
  attempt: Attempt,
  execution: Execution,
): Promise<ScopedCaller> {
  const later = (work: Promise<unknown>) => execution.waitUntil(work);
  const before = attempt.isPrompt ? positionBefore(gate.feed) : undefined;
  const identified = await authenticateCaller(callers, attempt, now(), later);
  const unknown = (refusal: Refusal): ScopedCaller => ({ caller: null, refusal });
  switch (identified.kind) {
    case "none":
      return unknown(refused("credentials-missing"));
    case "refused":
      return unknown(refused(identified.code, identified.reason));
    case "unavailable":
      return unknown(refused("unavailable", identified.reason));
    case "caller": {
      const { caller } = identified;
      const allowed = scope === null || allows(caller.scopes, scope);
      if (!allowed) return { caller, refusal: refused("not-allowed", `requires the scope ${scope}`) };
      if (!attempt.isPrompt) return { caller, refusal: null };
      const acceptedAt = before ?? identified.feedPosition ?? (await acceptedPosition(gate.feed, later));
      return { caller, refusal: null, acceptedAt };
    }
    default:
      return identified satisfies never;
  }
}

export async function identifyProcessor(
  { settings }: Pick<Context, "settings">,
  request: Request,
): Promise<Refusal | null> {
  const given = bearerToken(request);
  if (given === null) return refused("credentials-missing");
  return (await equalSecrets(given, settings.PROCESSOR_TOKEN)) ? null : refused("credentials-invalid");
}

/** A credential of the job in the path. The job service checks whether its lease still holds the job. */
export async function identifyJob(
  { jobCredentials: credentials }: Pick<Context, "jobCredentials">,
  jobId: string,
  request: Request,
): Promise<{ readonly kind: "held"; readonly held: HeldJob } | Refusal> {
  const credential = bearerToken(request);
  if (credential === null) return refused("credentials-missing");
  const held = { jobId, credential };
  const read = await readHolder({ credentials }, held);
  return read.kind === "refused" ? refused(read.code) : { kind: "held", held };
}
