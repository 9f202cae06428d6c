/**
 * What a caller of the administrative API may do. A route asks for exactly one; `admin` has them all.
 *
 * - `posts:read`, `posts:write`: posts, uploads, jobs; reading: launches, the overview
 * - `posts:author`: posts in the name of another author
 * - `videos:read`: the library, without drafts and reviews
 * - `rewards:read`: the rewards of authors
 * - `tokens:issue`: playback tokens for a site's viewers
 * - `keys:read`: content keys in the clear, each reading of which is audited
 * - `keys:rotate`: rotation, migration, re-wrapping
 * - `access:write`: policies and revocation
 * - `audit:read`: the audit log
 * - `webhooks:manage`: webhook endpoints, their secrets and deliveries
 */
export const SCOPES = [
  "admin",
  "posts:read",
  "posts:write",
  "posts:author",
  "videos:read",
  "rewards:read",
  "tokens:issue",
  "keys:read",
  "keys:rotate",
  "access:write",
  "audit:read",
  "webhooks:manage",
] as const;

export type Scope = (typeof SCOPES)[number];

export function allows(held: readonly Scope[], wanted: Scope): boolean {
  return held.includes("admin") || held.includes(wanted);
}

/** Scopes separated by spaces or commas, as in headers and OAuth. Unknown words are left out. */
export function scopesNamedIn(text: string): readonly Scope[] {
  const words = text.split(/[\s,]+/);
  return SCOPES.filter((scope) => words.includes(scope));
}
