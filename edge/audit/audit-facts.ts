import type { ProblemCode } from "../http/problems.ts";
import type { AUDIT_ACTIONS, AuditAction } from "./audit-actions.ts";

type NamesOf<A extends AuditAction> =
  | (typeof AUDIT_ACTIONS)[A]["details"][number]
  | ((typeof AUDIT_ACTIONS)[A] extends { readonly optional: readonly (infer Name extends string)[] } ? Name : never);

/**
 * What a route states about one thing that it did or was asked to do. It is bounded and redacted when it is recorded.
 */
export type AuditFacts<A extends AuditAction = AuditAction> = {
  readonly videoPostId?: string | null | undefined;
  readonly fileIndex?: number | null | undefined;
  readonly details?: { readonly [Name in NamesOf<A>]?: unknown };
};

/** One item of a batch; `refusedWith` if this item was refused in a successful response. */
export type ItemFacts<A extends AuditAction = AuditAction> = AuditFacts<A> & {
  readonly refusedWith?: ProblemCode | undefined;
};

/** The events of a response: one, or one for each item of a batch. */
export type StatedFacts<A extends AuditAction = AuditAction> = AuditFacts<A> | readonly ItemFacts<A>[];
