import { coverPairs } from "./cover-pairs.ts";
import {
  KEYS,
  type KeyState,
  METHODS,
  QUALITIES,
  type QualityState,
  REQUESTS,
  type RequestState,
  type Row,
  SESSIONS,
  type SessionState,
  TOKENS,
  type TokenState,
} from "./gate-specification.ts";

/*
 * The rows of the gate's table: cross products of its columns. All of them at once would be fifty thousand, so each
 * sheet crosses those that meet in the gate, and holds the others at their plain value.
 */

const ALL_TOKENS = Object.keys(TOKENS) as TokenState[];
const ALL_KEYS = Object.keys(KEYS) as KeyState[];
const ALL_QUALITIES = Object.keys(QUALITIES) as QualityState[];
const ALL_SESSIONS = Object.keys(SESSIONS) as SessionState[];
const ALL_REQUESTS = Object.keys(REQUESTS) as RequestState[];

const PLAIN = {
  key: ["the key that plays"],
  quality: ["an allowed quality"],
  session: ["in a new session"],
  requests: ["once"],
  method: ["GET"],
} as const;

/** Tokens that open something, and two that must not. */
const CROWDS: readonly TokenState[] = [
  "an issued token",
  "a session token",
  "a session token without limits",
  "a session token of the previous signing key",
  "a session token whose issued token has ended",
  "a session token of a revoked token",
];

type Columns = { readonly [Name in keyof Row]: readonly Row[Name][] };

export const ROWS: readonly Row[] = distinct([
  ...rows({ ...PLAIN, token: ALL_TOKENS, key: ALL_KEYS, session: ALL_SESSIONS }),
  ...rows({ ...PLAIN, token: ALL_TOKENS, quality: ALL_QUALITIES }),
  ...rows({ ...PLAIN, token: ALL_TOKENS, method: METHODS, key: ["the key that plays", "a key that never was"] }),
  ...rows({
    ...PLAIN,
    token: CROWDS,
    key: ALL_KEYS.slice(0, 4),
    session: ALL_SESSIONS,
    requests: ALL_REQUESTS,
    method: ["GET", "HEAD"],
  }),
]);

/** All but one of its columns, or all of them, have the plain value. */
export function isSingleFactor({ token, ...others }: Row): boolean {
  const differing = Object.entries(others).filter(
    ([column, value]) => value !== PLAIN[column as keyof typeof PLAIN][0],
  );
  return differing.length + (token === "an issued token" ? 0 : 1) <= 1;
}

/** The sample of `coverPairs`, which has every single-factor row, or all of them. */
export function rowsToAsk(long: boolean): readonly Row[] {
  return long ? ROWS : coverPairs(ROWS);
}

function rows(columns: Columns): Row[] {
  const all = columns.token.flatMap((token) =>
    columns.key.flatMap((key) =>
      columns.quality.flatMap((quality) =>
        columns.session.flatMap((session) =>
          columns.requests.flatMap((requests) =>
            columns.method.map((method) => ({ token, key, quality, session, requests, method })),
          ),
        ),
      ),
    ),
  );
  return all.filter(canBe);
}

/** What is not counted has no count, and one token is one session: an issued token's, or the session token's that is asked with. */
function canBe({ token, session, requests }: Row): boolean {
  const { uses, kind, signature } = TOKENS[token];
  if ((uses === "free" || signature === "absent") && session !== "in a new session") return false;
  if (requests !== "by 20 sessions at once") return true;
  return kind === "session" && !SESSIONS[session].counted;
}

function distinct(list: readonly Row[]): Row[] {
  return [...new Map(list.map((row) => [sentence(row), row])).values()];
}

/** The row as the name of its test. */
export function sentence({ token, key, quality, session, requests, method }: Row): string {
  return `${token} ${session}: ${method} of ${key} for ${quality}, ${requests}`;
}
