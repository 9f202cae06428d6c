import type { ApiKeyStore, StoredApiKey } from "../../shared/application/ports/api-key-store.ts";
import { keepNewest } from "../../shared/lib/keep-newest.ts";
import {
  type Cell,
  emptyCell,
  type FreshnessRules,
  freshValue,
  type GateClock,
  type Later,
  nextStep,
} from "../gate/freshness.ts";
import type { RevocationFeedReader } from "../gate/revocation-feed.ts";
import { createLookUps, type LookUp, SHARE_OF_EACH, SHARE_OF_SHARED } from "./look-ups.ts";

/** API keys as this isolate knows them, for requests that a viewer waits for. A key counts until the feed names it. */
export type KnownApiKeys = {
  readonly find: (keyId: string, sender: KeySender, later: Later) => Promise<KnownApiKey | "too-many" | "away">;
};

export type KeySender = {
  readonly network: string;
  /** The key was valid when it was looked up last: its look-up is not counted. */
  readonly wasGood: boolean;
};

export type KnownApiKey = {
  /** Null: there is no such key. */
  readonly key: StoredApiKey | null;
  /** Up to where the feed was known when the key was found to count. */
  readonly feedPosition: number;
  /** Counts until the secret is known to be right. */
  readonly lookUp?: LookUp | null;
};

type Reading = { readonly key: StoredApiKey | null; readonly position: number; readonly generation: number };

/** The feed names a key that is revoked; this bounds the effect of a change that was made by hand. */
const BACKSTOP_MS = 60_000;
/** A key may be created in another isolate at any time. */
const MISSING_MS = 1000;

/** Of API keys that an isolate remembers, in each of its maps. */
const MOST_KEYS = 1000;

export function createKnownApiKeys(
  apiKeys: Pick<ApiKeyStore, "find">,
  feed: Pick<RevocationFeedReader, "isReady" | "ready" | "position" | "changedAt" | "generation">,
  rules: FreshnessRules,
  clock: GateClock,
): KnownApiKeys {
  const found = new Map<string, Cell<Reading>>();
  // Bounded separately, so that made-up ids push out no key that exists.
  const missing = new Map<string, Cell<Reading>>();

  const lookUps = createLookUps(rules.freshMs === 0 ? SHARE_OF_EACH : SHARE_OF_SHARED);

  const stepOf = (keyId: string, cell: Cell<Reading>) =>
    nextStep(cell, rulesOf(keyId, cell), clock.now(), Number.NEGATIVE_INFINITY);

  const rulesOf = (keyId: string, { value }: Cell<Reading>): FreshnessRules => {
    if (value?.key === null) return { freshMs: MISSING_MS, staleMs: MISSING_MS };
    const isCurrent =
      value !== undefined &&
      value.generation === feed.generation() &&
      value.position >= feed.changedAt({ kind: "api-key-changed", subject: keyId });
    // A key that was revoked counts no more, even while the database fails.
    return isCurrent ? { freshMs: BACKSTOP_MS, staleMs: BACKSTOP_MS + rules.staleMs } : { freshMs: -1, staleMs: -1 };
  };

  const read = async (keyId: string): Promise<Reading> => {
    const before = { position: feed.position(), generation: feed.generation() };
    return { ...before, key: await apiKeys.find(keyId) };
  };

  const get = async (
    keyId: string,
    { network, wasGood }: KeySender,
    later: Later,
  ): Promise<StoredApiKey | null | "too-many" | "away"> => {
    const known = found.get(keyId) ?? missing.get(keyId);
    const cell = known ?? emptyCell<Reading>();
    const step = stepOf(keyId, cell);
    // A request that waits for the reading of another one costs nothing.
    const costs = step === "read" || step === "use-and-read";
    const lookUp = costs && !wasGood && !found.has(keyId) ? lookUps.begin(network, clock.now()) : null;
    if (typeof lookUp === "string") return step === "read" ? lookUp : null;
    if (known === undefined) keepNewest(missing, keyId, cell, MOST_KEYS);
    const value = await freshValue(
      cell,
      () => rulesOf(keyId, cell),
      () => read(keyId),
      clock,
      later,
    );
    if (value === "away") return "away";
    if (value.key !== null) lookUp?.takeBack();
    if (value.key !== null && !found.has(keyId)) {
      missing.delete(keyId);
      keepNewest(found, keyId, cell, MOST_KEYS);
    }
    return value.key;
  };

  const peek = (keyId: string): StoredApiKey | null | undefined => {
    const cell = found.get(keyId);
    if (cell === undefined || !feed.isReady()) return undefined;
    return stepOf(keyId, cell) === "use" ? cell.value?.key : undefined;
  };

  const ownReading: KnownApiKeys["find"] = async (keyId, { network, wasGood }, later) => {
    const lookUp = wasGood ? null : lookUps.begin(network, clock.now());
    if (typeof lookUp === "string") return lookUp;
    // First, since a key that is revoked between the two readings must not count for a later position.
    if ((await feed.ready(later)) === "away") return "away";
    const feedPosition = feed.position();
    const value = await freshValue(
      emptyCell<Reading>(),
      () => rules,
      () => read(keyId),
      clock,
      later,
    );
    return value === "away" ? "away" : { key: value.key, feedPosition, lookUp };
  };

  return {
    find: async (keyId, sender, later) => {
      if (rules.freshMs === 0) return ownReading(keyId, sender, later);
      const peeked = peek(keyId);
      if (peeked !== undefined) return { key: peeked, feedPosition: feed.position() };
      // Side by side, since an isolate that has just started knows neither.
      const [ready, first] = await Promise.all([feed.ready(later), get(keyId, sender, later)]);
      if (first === "too-many") return "too-many";
      if (ready === "away" || first === "away") return "away";
      const feedPosition = feed.position();
      // The feed may have named the key meanwhile; else this asks nothing.
      const key = await get(keyId, sender, later);
      return typeof key === "string" ? key : { key, feedPosition };
    },
  };
}
