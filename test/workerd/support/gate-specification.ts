/*
 * What the key gate answers, written from docs/playback-tokens.md and not from the code: the facts about each kind of
 * token, key, quality, session and request, and the order in which they decide. A new condition of the gate (a limit of
 * concurrent sessions, a binding to a country) becomes one more column here: a separate table of facts, a field of
 * `Row`, a line in one of the two lists of refusals, and what it takes in gate-scene.ts.
 */

type TokenFacts = {
  readonly kind: "issued" | "session";
  readonly signature: "ours" | "not ours" | "absent";
  /** "over": past its own end. "starts no more": its session runs, but the token that started it is past its end. */
  readonly life: "running" | "starts no more" | "over";
  /** Whether its uses are limited, so that its sessions are counted. */
  readonly uses: "limited" | "free";
  readonly isRevoked: boolean;
  readonly isFor: "this part" | "another part" | "another post";
};

const issued: TokenFacts = {
  kind: "issued",
  signature: "ours",
  life: "running",
  uses: "limited",
  isRevoked: false,
  isFor: "this part",
};
const session: TokenFacts = { ...issued, kind: "session" };
const forged: TokenFacts = { ...session, signature: "not ours" };
const absent: TokenFacts = { ...issued, signature: "absent" };

export const TOKENS = {
  "an issued token": issued,
  "a session token": session,
  "an issued token without limits": { ...issued, uses: "free" },
  "a session token without limits": { ...session, uses: "free" },
  "a session token of the previous signing key": session,
  "an issued token that has ended": { ...issued, life: "over" },
  "a session token whose issued token has ended": { ...session, life: "starts no more" },
  "a session token that has ended": { ...session, life: "over" },
  "a session token without limits that has ended": { ...session, uses: "free", life: "over" },
  "an issued token that was revoked": { ...issued, isRevoked: true },
  "a session token of a revoked token": { ...session, isRevoked: true },
  "a session token of a revoked token without limits": { ...session, uses: "free", isRevoked: true },
  "a session token of another post": { ...session, isFor: "another post" },
  "a session token of another part of the post": { ...session, isFor: "another part" },
  "a session token without limits of another post": { ...session, uses: "free", isFor: "another post" },
  "a session token with another payload": forged,
  "a session token that a stranger has signed": forged,
  "a session token with alg none": forged,
  "a session token with an unknown kid": forged,
  "a token of another type": forged,
  garbage: forged,
  "an empty token": absent,
  "no token": absent,
} satisfies Record<string, TokenFacts>;

type KeyFacts = {
  /** "no id": none was given. "nothing": an id that names no key. */
  readonly of: TokenFacts["isFor"] | "a third post" | "nothing" | "no id";
  /** Whether it is of the version that the token is for, and of the quality that is asked for. */
  readonly version: "the token's" | "another";
  readonly quality: "asked for" | "another";
  /** "deleted": with its whole post. */
  readonly state: "given out" | "superseded" | "deleted";
};

const right: KeyFacts = { of: "this part", version: "the token's", quality: "asked for", state: "given out" };

export const KEYS = {
  "the key that plays": right,
  "the key of a replaced version in its grace": right,
  "the key of a replaced version after its grace": { ...right, state: "superseded" },
  "the key of a revoked version": { ...right, state: "superseded" },
  "the key of a deleted post": { ...right, state: "deleted" },
  "the key of the version that replaced the token's": { ...right, version: "another" },
  "the key of a version that is being made": { ...right, version: "another" },
  "the key of another quality": { ...right, quality: "another" },
  "the key of another part": { ...right, of: "another part" },
  "the key of a third post": { ...right, of: "a third post" },
  "a key that never was": { ...right, of: "nothing" },
  "no key id": { ...right, of: "no id" },
} satisfies Record<string, KeyFacts>;

type QualityFacts = { readonly value: string | null; readonly exists: boolean; readonly allowed: boolean };

/** Every token of the table allows 480p and 360p; 1080p exists. */
export const QUALITIES = {
  "an allowed quality": { value: "480p", exists: true, allowed: true },
  "another allowed quality": { value: "360p", exists: true, allowed: true },
  "a quality that is not allowed": { value: "1080p", exists: true, allowed: false },
  "a quality that does not exist": { value: "2160p", exists: false, allowed: false },
  "an allowed quality in capitals": { value: "480P", exists: false, allowed: false },
  "an empty quality": { value: "", exists: false, allowed: false },
  "no quality": { value: null, exists: false, allowed: false },
} satisfies Record<string, QualityFacts>;

/** Uses that are left to new sessions when the requests come. */
export const SESSIONS = {
  "in a new session": { counted: false, usesLeft: 3 },
  "in a session that was counted, the only one that may be": { counted: true, usesLeft: 0 },
  "in a new session, after another has taken the only use": { counted: false, usesLeft: 0 },
} as const;

export const REQUESTS = {
  once: { sessions: 1, requests: 1 },
  "20 times at once by one session": { sessions: 1, requests: 20 },
  "by 20 sessions at once": { sessions: 20, requests: 20 },
} as const;

export const METHODS = ["GET", "HEAD", "OPTIONS", "OPTIONS as a preflight", "POST", "PUT", "DELETE"] as const;

export type TokenState = keyof typeof TOKENS;
export type KeyState = keyof typeof KEYS;
export type QualityState = keyof typeof QUALITIES;
export type SessionState = keyof typeof SESSIONS;
export type RequestState = keyof typeof REQUESTS;
export type Method = (typeof METHODS)[number];

export type Row = {
  readonly token: TokenState;
  readonly key: KeyState;
  readonly quality: QualityState;
  readonly session: SessionState;
  readonly requests: RequestState;
  readonly method: Method;
};

/** "key" for 16 bytes, "no body" for a 2xx without them, else the problem's code. */
export type Answer = { readonly status: number; readonly says: string };
/** How many of the requests get which answer, and how many sessions are counted by them. */
export type Expected = { readonly answers: readonly (Answer & { times: number })[]; readonly counted: number };

type Facts = {
  readonly token: TokenFacts;
  readonly key: KeyFacts;
  readonly quality: QualityFacts;
  readonly counted: boolean;
};
type Refusal = readonly [status: number, code: string, when: (facts: Facts) => boolean];

/** What the request and the signed claims alone decide, the first that applies first. */
const BY_SIGNATURE: readonly Refusal[] = [
  [401, "token-missing", ({ token }) => token.signature === "absent"],
  [401, "token-invalid", ({ token }) => token.signature === "not ours"],
  [401, "token-expired", ({ token }) => token.life === "over"],
  [404, "key-unknown", ({ key, quality }) => key.of === "no id" || !quality.exists],
  [403, "quality-not-allowed", ({ quality }) => !quality.allowed],
];

/** What the feed and the part decide after that. */
const BY_READING: readonly Refusal[] = [
  [401, "token-revoked", ({ token }) => token.isRevoked],
  [410, "key-superseded", ({ token, key }) => key.state === "deleted" && token.isFor !== "another post"],
  [404, "key-unknown", ({ token, key }) => key.of !== token.isFor],
  [404, "key-unknown", ({ key }) => key.version === "another" || key.quality === "another"],
  [410, "key-superseded", ({ key }) => key.state === "superseded"],
  [401, "token-expired", ({ token, counted }) => token.life === "starts no more" && !counted],
];

const KEY: Answer = { status: 200, says: "key" };
const NO_BODY: Answer = { status: 200, says: "no body" };

export function expectedOf(row: Row): Expected {
  const facts: Facts = {
    token: TOKENS[row.token],
    key: KEYS[row.key],
    quality: QUALITIES[row.quality],
    counted: SESSIONS[row.session].counted,
  };
  const { requests } = REQUESTS[row.requests];
  if (row.method === "GET") return answersToGet(row, facts);
  return { answers: [{ ...answerWithoutUse(row.method, facts), times: requests }], counted: 0 };
}

/** Only a GET can consume. HEAD ends at what the signature says; there is nothing to POST, PUT or DELETE. */
function answerWithoutUse(method: Exclude<Method, "GET">, facts: Facts): Answer {
  if (method === "HEAD") return firstRefusal(BY_SIGNATURE, facts) ?? NO_BODY;
  return method === "OPTIONS as a preflight" ? { status: 204, says: "no body" } : { status: 404, says: "not-found" };
}

function answersToGet(row: Row, facts: Facts): Expected {
  const { requests, sessions } = REQUESTS[row.requests];
  const refusal = firstRefusal(BY_SIGNATURE, facts) ?? firstRefusal(BY_READING, facts);
  if (refusal !== null) return { answers: [{ ...refusal, times: requests }], counted: 0 };
  if (facts.token.uses === "free" || facts.counted) return { answers: [{ ...KEY, times: requests }], counted: 0 };
  const counted = Math.min(sessions, SESSIONS[row.session].usesLeft);
  const keys = (counted * requests) / sessions;
  const exhausted = { status: 403, says: "uses-exhausted", times: requests - keys };
  return { answers: [{ ...KEY, times: keys }, exhausted].filter(({ times }) => times > 0), counted };
}

function firstRefusal(list: readonly Refusal[], facts: Facts): Answer | null {
  const found = list.find(([, , applies]) => applies(facts));
  return found === undefined ? null : { status: found[0], says: found[1] };
}
