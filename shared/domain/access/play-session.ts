/** How many concurrent play sessions a viewer may have over all posts, and what happens to one more. */
export type SessionLimit = { readonly atMost: number; readonly overflow: SessionOverflow };

/** The highest limit: a start that meets it is decided with all live sessions of the viewer. */
export const MOST_LIVE_SESSIONS = 100;

/** REFUSE refuses the new session, END_OLDEST ends the viewer's oldest one. */
export type SessionOverflow = "REFUSE" | "END_OLDEST";

export type SessionRules = {
  /** A session lives for twice the duration, so that pauses fit in, within these bounds. */
  readonly shortestSeconds: number;
  /** Maximum time from the first start of a session to its end, whatever the refreshes. */
  readonly longestSeconds: number;
  /** For every viewer with a name, unless a token says otherwise; null for no limit. */
  readonly limit: SessionLimit | null;
};

export const STANDARD_SESSION_RULES: SessionRules = {
  shortestSeconds: 3600,
  longestSeconds: 24 * 3600,
  limit: null,
};

/** Lifetime of a session without a refresh, in whole seconds. */
export function sessionSeconds(durationSeconds: number, rules: SessionRules): number {
  return Math.ceil(Math.min(rules.longestSeconds, Math.max(rules.shortestSeconds, 2 * durationSeconds)));
}
