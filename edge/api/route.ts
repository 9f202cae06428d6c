import type * as z from "zod";
import type { Save } from "../../shared/application/ports/video-post-repository.ts";
import type { HeldJob } from "../../shared/application/protocols/job-protocol.ts";
import type { Viewer } from "../../shared/domain/quality/quality-auth.ts";
import type { PlaybackClaims } from "../../shared/playback-token/claims.ts";
import type { AuditAction } from "../audit/audit-actions.ts";
import type { AuditFacts } from "../audit/audit-facts.ts";
import type { Caller } from "../auth/caller.ts";
import type { Ticket } from "../auth/event-tickets.ts";
import type { AcceptedPosition } from "../gate/accepted-position.ts";
import type { FileBody, GivenFile } from "../http/read-file.ts";
import type { Answer, Outcome, OutcomeOf } from "./answer.ts";
import type { Access, RouteDefinition } from "./definition.ts";

type NamesIn<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}` ? Name | NamesIn<Rest> : never;

/** Who sent the request, as `access` of the route has established it. */
export type IdentityOf<A extends Access> = A extends { readonly kind: "scope" }
  ? { readonly caller: Caller; readonly acceptedAt?: AcceptedPosition; readonly ticket?: Ticket }
  : A extends { readonly kind: "caller" }
    ? { readonly caller: Caller }
    : A extends { readonly kind: "job" }
      ? { readonly held: HeldJob }
      : A extends { readonly kind: "viewer" }
        ? { readonly viewer: Viewer; readonly acceptedAt: AcceptedPosition }
        : A extends { readonly kind: "session" }
          ? { readonly session: PlaybackClaims }
          : unknown;

export type Execution = Pick<ExecutionContext, "waitUntil">;

/** What a handler receives: parsed, and refused before where it does not fit the definition. */
export type InputOf<D extends RouteDefinition> = IdentityOf<D["access"]> & {
  readonly params: { readonly [Name in NamesIn<D["path"]>]: string };
  readonly query: D extends { readonly query: infer S extends z.ZodType } ? z.output<S> : Record<string, never>;
  readonly body: D extends { readonly body: infer S extends z.ZodType }
    ? z.output<S>
    : D extends { readonly file: FileBody }
      ? GivenFile
      : null;
  readonly request: Request;
  readonly execution: Execution;
};

type Handle<D extends RouteDefinition, Deps> = (deps: Deps, input: InputOf<D>) => Promise<OutcomeOf<D>>;

/** What the audit log records of a request that has been read, whatever comes of it. */
type Asked<D extends RouteDefinition> = D extends { readonly audit: infer A extends AuditAction }
  ? { readonly asked: (input: InputOf<D>) => AuditFacts<A> }
  : { readonly asked?: never };

/**
 * What the handler answers once this save of a post is made. Then a repeat with the same Idempotency-Key gets the answer
 * even if the first request dies right after the save. Not needed where the one response is the post.
 */
type OfSave<D extends RouteDefinition> = (save: Save) => Extract<OutcomeOf<D>, { readonly kind: "answer" }>;

/** A definition with its handler. `Deps` is as much of the context as the handler uses. */
export type Route<Deps> = {
  readonly definition: RouteDefinition;
  handle(deps: Deps, input: AnyInput): Promise<Outcome>;
  readonly asked: ((input: AnyInput) => AuditFacts) | null;
  readonly ofSave: ((save: Save) => Answer) | null;
};

export type AnyInput = {
  readonly params: Readonly<Record<string, string>>;
  readonly query: unknown;
  readonly body: unknown;
  readonly request: Request;
  readonly execution: Execution;
};

/** The types end here: the pipeline has parsed what `InputOf` promises, by the same definition. */
export function route<const D extends RouteDefinition, Deps>(
  definition: D,
  implementation: { readonly handle: Handle<D, Deps>; readonly ofSave?: OfSave<D> } & Asked<D>,
): Route<Deps> {
  const { handle, asked, ofSave } = implementation as {
    handle: Route<Deps>["handle"];
    asked?: (input: AnyInput) => AuditFacts;
    ofSave?: (save: Save) => Answer;
  };
  return { definition, handle, asked: asked ?? null, ofSave: ofSave ?? null };
}
