import { retryAfter } from "./retry-after.ts";

/**
 * RFC 9457 problem details. Only this catalogue maps a reason to a status. Players never retry a 4xx: a transient fault
 * is 503 with Retry-After, a final refusal is 4xx.
 */
const CATALOGUE = {
  "token-missing": [401, "Token required"],
  "token-invalid": [401, "Invalid token"],
  "token-expired": [401, "Token expired"],
  "token-revoked": [401, "Token revoked"],
  "credentials-missing": [401, "Credentials required"],
  "credentials-invalid": [401, "Invalid credentials"],
  "not-allowed": [403, "Not allowed"],
  "quality-not-allowed": [403, "Quality not allowed by this token"],
  "token-for-other-video": [403, "Token is for another video"],
  "nothing-allowed": [403, "The viewer has no access to this video"],
  "not-a-session": [403, "A session token is required"],
  "session-limit": [403, "Concurrent session limit reached"],
  "session-elsewhere": [403, "Session is bound to another country or network"],
  "uses-exhausted": [403, "The token has no uses left"],
  "not-found": [404, "Not found"],
  "key-unknown": [404, "Unknown key"],
  "method-not-allowed": [405, "Method not allowed"],
  conflict: [409, "Modified concurrently"],
  "version-outdated": [409, "The post was changed since this version"],
  "lease-lost": [409, "Lease lost"],
  "idempotency-in-progress": [409, "A request with this key is running"],
  "idempotency-answer-lost": [409, "The stored answer cannot be read"],
  "wrong-state": [409, "Not possible in this state"],
  "not-ready": [409, "Not ready yet"],
  deleted: [410, "Deleted"],
  "session-ended": [410, "Session ended"],
  "key-superseded": [410, "Key version superseded"],
  superseded: [410, "Video version superseded"],
  "body-too-large": [413, "Request body too large"],
  invalid: [422, "Invalid request"],
  "idempotency-key-reused": [422, "Idempotency key used for another request"],
  "incomplete-body": [400, "Request body ended early"],
  "malformed-json": [400, "Malformed JSON"],
  "range-unsatisfiable": [416, "Range outside of the object"],
  "too-many-requests": [429, "Too many requests"],
  "not-configured": [501, "Not configured"],
  misconfigured: [500, "Service misconfigured"],
  internal: [500, "Internal error"],
  unavailable: [503, "Temporarily unavailable"],
} as const satisfies Record<string, readonly [number, string]>;

export type ProblemCode = keyof typeof CATALOGUE;

/** Where waiting can help. */
const PASSING: ReadonlySet<ProblemCode> = new Set(["not-ready", "conflict", "unavailable", "too-many-requests"]);

/** RFC 9457 problem details, as they are in the body of a refusal and in the results of a batch. */
export type Problem = {
  readonly type: "about:blank";
  readonly title: string;
  readonly status: number;
  readonly code: ProblemCode;
  readonly detail?: string;
};

export const PROBLEM_CODES = Object.keys(CATALOGUE) as readonly ProblemCode[];

export function problemOf(code: ProblemCode, detail?: string): Problem {
  const [status, title] = CATALOGUE[code];
  return { type: "about:blank", title, status, code, ...(detail === undefined ? {} : { detail }) };
}

export function problem(code: ProblemCode, detail?: string, headers: Readonly<Record<string, string>> = {}): Response {
  const body = problemOf(code, detail);
  const { status } = body;
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      ...(status === 401 ? { "www-authenticate": "Bearer" } : {}),
      ...(PASSING.has(code) ? { "retry-after": retryAfter(Math.random()) } : {}),
      ...headers,
    },
  });
}
