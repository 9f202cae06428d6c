import {
  type Cell,
  emptyCell,
  type FreshnessRules,
  freshValue,
  type GateClock,
  type Later,
} from "../../gate/freshness.ts";
import { readBoundedText } from "../../http/read-json.ts";
import { importJwks, type PublishedKey } from "./published-keys.ts";

export type KeySet = readonly PublishedKey[];

export type FoundKeys =
  | { readonly kind: "keys"; readonly keys: KeySet }
  /** The issuer cannot be reached or does not answer with keys, which may be transient. */
  | { readonly kind: "unavailable" };

export interface IssuerKeys {
  /** The keys of this URL, from memory while they are fresh. */
  current(url: string, later: Later): Promise<FoundKeys>;
  /** The keys after a token that none of them verified: fetched again, at most once a minute. */
  afterUnknownKey(url: string, later: Later): Promise<FoundKeys>;
}

export type Fetcher = (url: string, init: RequestInit) => Promise<Response>;

const TIMEOUT_MS = 5000;

const RULES: FreshnessRules = {
  /** A withdrawn key is valid for this long; a new one is found at once, by its unknown kid. */
  freshMs: 10 * 60_000,
  /** While the issuer is unavailable, its last keys are used up to this age. */
  staleMs: 60 * 60_000,
  /** After a failure, requests are refused with Retry-After for this long instead of waiting for another failure. */
  retryMs: 5000,
  patienceMs: TIMEOUT_MS,
};
/** Requesters choose the kid, so it must not cause requests to the issuer more often than this. */
const UNKNOWN_KEY_INTERVAL_MS = 60_000;
const LONGEST_JWKS_BYTES = 256 * 1024;

/** One per isolate, with as many entries as the settings have URLs. However many viewers come at once, one fetches. */
export function createIssuerKeys(fetcher: Fetcher, clock: GateClock): IssuerKeys {
  const cells = new Map<string, Cell<KeySet>>();

  const find = async (url: string, later: Later, notBefore?: number): Promise<FoundKeys> => {
    const cell = cells.get(url) ?? emptyCell<KeySet>();
    cells.set(url, cell);
    const keys = await freshValue(
      cell,
      () => RULES,
      () => fetchKeys(fetcher, url),
      clock,
      later,
      notBefore,
    );
    return keys === "away" ? { kind: "unavailable" } : { kind: "keys", keys };
  };

  return {
    current: (url, later) => find(url, later),
    afterUnknownKey: (url, later) => find(url, later, clock.now() - UNKNOWN_KEY_INTERVAL_MS + 1),
  };
}

/** Throws if the issuer does not publish its keys there; the reading's log names the URL. */
async function fetchKeys(fetcher: Fetcher, url: string): Promise<KeySet> {
  try {
    // A redirect would leave the configured address.
    const response = await fetcher(url, {
      headers: { accept: "application/json" },
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = response.ok ? await readBoundedText(response, LONGEST_JWKS_BYTES) : null;
    if (text === null) throw new Error(`status ${response.status}, or more than ${LONGEST_JWKS_BYTES} bytes`);
    return await importJwks(text);
  } catch (error) {
    throw new Error(`the keys of ${url} cannot be fetched`, { cause: error });
  }
}
