import { readBoundedText } from "../../http/read-json.ts";
import { logError } from "../../log/log.ts";
import { importJwks, type PublishedKey } from "./published-keys.ts";

export type KeySet = readonly PublishedKey[];

export type FoundKeys =
  | { readonly kind: "keys"; readonly keys: KeySet; readonly fetchedAt: number }
  /** The issuer cannot be reached or does not answer with keys, which may be transient. */
  | { readonly kind: "unavailable" };

export interface IssuerKeys {
  /** The keys of this URL, from memory while they are fresh. */
  current(url: string, now: number): Promise<FoundKeys>;
  /** The keys after a token that none of them verified: fetched again, at most once a minute. */
  afterUnknownKey(url: string, now: number): Promise<FoundKeys>;
}

export type Fetcher = (url: string, init: RequestInit) => Promise<Response>;

/** A withdrawn key is valid for this long; a new one is found at once, by its unknown kid. */
const FRESH_MS = 10 * 60_000;
/** While the issuer is unavailable, its last keys are used up to this age. */
const USABLE_MS = 60 * 60_000;
/** Requesters choose the kid, so it must not cause requests to the issuer more often than this. */
const UNKNOWN_KEY_INTERVAL_MS = 60_000;
/** After a failure, requests are refused with Retry-After for this long instead of waiting for another failure. */
const RETRY_MS = 5000;
const TIMEOUT_MS = 5000;
const LONGEST_JWKS_BYTES = 256 * 1024;

/** Only values and times are kept between requests, never a promise: it belongs to the request that created it. */
type Entry = { keys: KeySet | null; fetchedAt: number; startedAt: number; failedAt: number };

/** One per isolate, with as many entries as the settings have URLs. */
export function createIssuerKeys(fetcher: Fetcher): IssuerKeys {
  const entries = new Map<string, Entry>();

  const entryOf = (url: string): Entry => {
    const known = entries.get(url);
    if (known !== undefined) return known;
    const entry = { keys: null, fetchedAt: 0, startedAt: 0, failedAt: Number.NEGATIVE_INFINITY };
    entries.set(url, entry);
    return entry;
  };

  const refresh = async (url: string, entry: Entry, now: number): Promise<boolean> => {
    entry.startedAt = now;
    const keys = await fetchKeys(fetcher, url);
    if (keys === null) entry.failedAt = now;
    // Concurrent requests may end in another order.
    else if (now >= entry.fetchedAt) Object.assign(entry, { keys, fetchedAt: now });
    return keys !== null;
  };

  return {
    async current(url, now) {
      const entry = entryOf(url);
      const due = entry.keys === null || now - entry.fetchedAt >= FRESH_MS;
      if (due && now - entry.failedAt >= RETRY_MS) await refresh(url, entry, now);
      return found(entry, now);
    },
    async afterUnknownKey(url, now) {
      const entry = entryOf(url);
      if (now - entry.startedAt >= UNKNOWN_KEY_INTERVAL_MS) {
        return (await refresh(url, entry, now)) ? found(entry, now) : { kind: "unavailable" };
      }
      // It is not known to be unknown while the last request is in progress or has failed.
      return entry.fetchedAt === entry.startedAt ? found(entry, now) : { kind: "unavailable" };
    },
  };
}

function found({ keys, fetchedAt }: Entry, now: number): FoundKeys {
  return keys !== null && now - fetchedAt < USABLE_MS ? { kind: "keys", keys, fetchedAt } : { kind: "unavailable" };
}

async function fetchKeys(fetcher: Fetcher, url: string): Promise<KeySet | null> {
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
    logError("issuer-keys", error, { url });
    return null;
  }
}
