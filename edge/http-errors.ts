/**
 * RFC 9457 problem details. The catalogue is the one place where a reason becomes a status: players never retry a
 * 4xx, so what may pass is 503 with Retry-After, and what is final is 4xx.
 */
const CATALOGUE = {
  "token-missing": [401, "A token is needed"],
  "token-invalid": [401, "The token is not valid"],
  "token-expired": [401, "The token has expired"],
  "token-unknown": [401, "The token is not known"],
  "token-revoked": [401, "The token was revoked"],
  "credentials-missing": [401, "Credentials are needed"],
  "credentials-invalid": [401, "The credentials are not valid"],
  "not-allowed": [403, "Not allowed"],
  "quality-not-allowed": [403, "This quality is not allowed for this token"],
  "token-for-other-video": [403, "The token is for another video"],
  "nothing-allowed": [403, "No quality of this video is allowed for this viewer"],
  "not-a-session": [403, "The token is not a play session's"],
  "session-limit": [403, "The viewer has as many play sessions as allowed at the same time"],
  "session-elsewhere": [403, "The play session began in another country or network"],
  "uses-exhausted": [403, "The token has started all the play sessions that it may"],
  "not-found": [404, "Not found"],
  "key-unknown": [404, "There is no such key"],
  "method-not-allowed": [405, "Method not allowed"],
  conflict: [409, "Somebody else changed this at the same time"],
  "lease-lost": [409, "The lease of this job is lost"],
  "wrong-state": [409, "Not possible in this state"],
  "not-ready": [409, "Not ready yet"],
  deleted: [410, "Deleted"],
  "session-ended": [410, "The play session was ended"],
  "key-superseded": [410, "This key version is no longer given out"],
  superseded: [410, "This version of the video is no longer there"],
  "body-too-large": [413, "The body is too large"],
  invalid: [422, "The request is not valid"],
  "incomplete-body": [400, "The body broke off"],
  "malformed-json": [400, "The body is not JSON"],
  "range-unsatisfiable": [416, "The range is outside of the object"],
  "too-many-requests": [429, "Too many requests"],
  misconfigured: [500, "The service is not configured"],
  internal: [500, "Something went wrong here"],
  unavailable: [503, "Not available for a moment"],
} as const satisfies Record<string, readonly [number, string]>;

export type ProblemCode = keyof typeof CATALOGUE;

/** Seconds that a client is asked to wait, where waiting can help. */
const RETRY_AFTER: Partial<Record<ProblemCode, number>> = {
  "not-ready": 5,
  conflict: 1,
  unavailable: 1,
  "too-many-requests": 10,
};

/** The code of an answer made by `problem`; null for every other answer. Takes the body. */
export async function problemCodeOf(response: Response): Promise<string | null> {
  if (response.headers.get("content-type") !== "application/problem+json") return null;
  const { code } = (await response.json()) as { code?: unknown };
  return typeof code === "string" ? code : null;
}

export function problem(code: ProblemCode, detail?: string, headers: Record<string, string> = {}): Response {
  const [status, title] = CATALOGUE[code];
  const retryAfter = RETRY_AFTER[code];
  const body = { type: "about:blank", title, status, code, ...(detail === undefined ? {} : { detail }) };
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      ...(status === 401 ? { "www-authenticate": "Bearer" } : {}),
      ...(retryAfter === undefined ? {} : { "retry-after": String(retryAfter) }),
      ...headers,
    },
  });
}
