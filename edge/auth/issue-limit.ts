import { clientNetwork } from "./client-network.ts";

/**
 * What requests are counted by. An authenticated viewer is counted by identity, so that a school or a mobile network
 * behind one address does not lock its users out. A session is counted by the token that was issued for it, everything
 * else by address.
 */
export type IssueCounter =
  | { readonly kind: "viewer"; readonly id: string }
  | { readonly kind: "token"; readonly id: string }
  | { readonly kind: "address"; readonly request: Request }
  /** By address but counted separately: page loads and wrong keys use up no token issue. */
  | { readonly kind: "page" | "api-key"; readonly request: Request };

export type IssueLimit = {
  /**
   * Whether the request exceeds TOKEN_ISSUE_LIMIT: the caller answers 429. Never used for keys, playlists and segments,
   * where it would lock viewers out of what they watch.
   */
  readonly isBeyond: (counter: IssueCounter) => Promise<boolean>;
};

/** Of one viewer, token or address, in a minute of an isolate: more than a viewer needs to start a video. */
const FREE_REQUESTS = 5;
/** Beyond so many callers in a minute, Cloudflare's counters are asked about each further one. */
const MOST_CALLERS = 50_000;

/**
 * Asking Cloudflare's counters takes several times as long as issuing a token from memory, so that the first requests
 * of each caller are counted here alone.
 */
export function createIssueLimit(limiter: RateLimit, now: () => number): IssueLimit {
  let minute = 0;
  const requests = new Map<string, number>();

  const isFree = (key: string): boolean => {
    const current = Math.floor(now() / 60_000);
    if (current !== minute) requests.clear();
    minute = current;
    const count = (requests.get(key) ?? 0) + 1;
    if (count > FREE_REQUESTS || (count === 1 && requests.size >= MOST_CALLERS)) return false;
    requests.set(key, count);
    return true;
  };

  return {
    isBeyond: async (counter) => {
      const key = keyOf(counter);
      if (HAVE_FREE_REQUESTS[counter.kind] && isFree(key)) return false;
      return !(await limiter.limit({ key })).success;
    },
  };
}

/** Pages and wrong API keys come here only when the database is going to be asked. */
const HAVE_FREE_REQUESTS: Readonly<Record<IssueCounter["kind"], boolean>> = {
  viewer: true,
  token: true,
  address: true,
  page: false,
  "api-key": false,
};

function keyOf(counter: IssueCounter): string {
  if ("id" in counter) return `${counter.kind}:${counter.id}`;
  return `${counter.kind}:${clientNetwork(counter.request.headers.get("cf-connecting-ip") ?? "unknown")}`;
}
