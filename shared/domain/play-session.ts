/** How many play sessions a viewer may have at the same time, over all posts, and what happens to one more. */
export type SessionLimit = { readonly atMost: number; readonly overflow: SessionOverflow };

/** The new session is refused, or the viewer's oldest one is ended for it. */
export type SessionOverflow = "REFUSE" | "END_OLDEST";

export type SessionRules = {
  /** A session lives for twice the duration, so that pauses fit in, within these bounds. */
  readonly shortestSeconds: number;
  /** No refresh moves the end of a session further from its first start. */
  readonly longestSeconds: number;
  /** For every viewer that has a name, unless a token says otherwise; null for none. */
  readonly limit: SessionLimit | null;
};

export const STANDARD_SESSION_RULES: SessionRules = {
  shortestSeconds: 3600,
  longestSeconds: 24 * 3600,
  limit: null,
};

/** The life that a session has without a refresh, in whole seconds. */
export function sessionSeconds(durationSeconds: number, rules: SessionRules): number {
  return Math.ceil(Math.min(rules.longestSeconds, Math.max(rules.shortestSeconds, 2 * durationSeconds)));
}
