import type { KnownPart } from "../../shared/application/commands/issue-video-hls-key-token.ts";
import type { GateReadings, StoredKey } from "../../shared/application/ports/gate-readings.ts";
import type { Viewer } from "../../shared/domain/quality/quality-auth.ts";
import { isCounted, type PlaybackClaims } from "../../shared/playback-token/claims.ts";
import { type CountOutcome, createPlayCounting, type PlayCounting } from "./count-play.ts";
import { type FoundKey, findKey, keyRefusal } from "./find-key.ts";
import type { FreshnessRules, GateClock, Later } from "./freshness.ts";
import type { LocationCopies } from "./location-copies.ts";
import { createOldTokens } from "./old-tokens.ts";
import {
  createPartSnapshots,
  type KnownSnapshot,
  type PartSnapshot,
  type PartSnapshots,
  type WantedPart,
} from "./part-snapshots.ts";
import type { PlayCounter } from "./play-counter.ts";
import { createRevocationFeed, type RevocationFeedReader } from "./revocation-feed.ts";

/** What an isolate knows of the database, and the objects that count. Of the Context, never of a module. */
export type Gate = {
  readonly feed: RevocationFeedReader;
  readonly parts: PartSnapshots;
  readonly counting: PlayCounting;
  /** The part where memory alone says it without waiting, as it does for nearly every request; else undefined. */
  readonly peek: (part: PartName) => Known | undefined;
  /** The part, with the position up to which it is known; "away" while the database fails. */
  readonly part: (part: PartName, later: Later) => Promise<Known | "away">;
  /** The same after a reading of the feed that was started at `notBefore` (ms) or later. */
  readonly partSince: (part: PartName, notBefore: number, later: Later) => Promise<Known | "away">;
  readonly isRevoked: (claims: PlaybackClaims, later: Later) => Promise<boolean | "away">;
};

/** A part, and who names it: a signed token or a caller. */
export type PartName = {
  readonly videoPostId: string;
  readonly fileIndex: number;
  readonly tokenId?: string;
  readonly viewer?: Viewer;
};
export type Known = KnownPart & {
  readonly part: PartSnapshot | null;
  /** False: changes of the part have not been read yet, and it decides no refusal. */
  readonly isCurrent: boolean;
};

type Deps = {
  readonly readings: GateReadings;
  readonly copies: LocationCopies;
  readonly counters: DurableObjectNamespace<PlayCounter>;
  readonly rules: FreshnessRules;
  readonly longestSeconds: number;
  readonly clock: GateClock;
  readonly onObjectError: () => void;
};

export function createGate({ readings, copies, counters, rules, longestSeconds, clock, onObjectError }: Deps): Gate {
  const feed = createRevocationFeed(readings, rules, clock, copies);
  const parts = createPartSnapshots(readings, feed, rules, clock, copies.parts);
  const oldTokens = createOldTokens(feed, rules, clock);

  const partSince: Gate["partSince"] = async (name, notBefore, later) => {
    const { videoPostId, fileIndex, tokenId, viewer } = name;
    const isKnownCaller = tokenId !== undefined || (viewer !== undefined && viewer.kind !== "anonymous");
    const read = (wanted?: WantedPart) => parts.get(videoPostId, fileIndex, later, { isKnownCaller, ...wanted });
    // Side by side, since an isolate that has just started knows neither.
    const [ready, first] = await Promise.all([feed.ready(later, notBefore), read()]);
    if (ready === "away" || first === "away") return "away";
    const feedPosition = feed.position();
    // No cell is shared: the feed may have moved beside the reading of this part.
    if (rules.freshMs === 0) return knownAt({ ...first, isCurrent: true }, Math.min(feedPosition, first.position));
    // The feed may have named the post meanwhile; else this asks nothing.
    const known = await read();
    if (known === "away") return "away";
    if (known.isCurrent || notBefore === Number.NEGATIVE_INFINITY) return knownAt(known, feedPosition);
    // What decides a refusal waits for its reading, where a grant takes what there is.
    const certain = await read({ notBefore });
    return certain === "away" ? "away" : knownAt(certain, feedPosition);
  };

  const peek: Gate["peek"] = ({ videoPostId, fileIndex }) => {
    const known = feed.isReady() ? parts.peek(videoPostId, fileIndex) : undefined;
    return known === undefined ? undefined : knownAt(known, feed.position());
  };

  return {
    feed,
    parts,
    peek,
    counting: createPlayCounting({ counters, feed, longestSeconds, sleep: clock.sleep, onAway: onObjectError }),
    partSince,
    part: async (name, later) => peek(name) ?? partSince(name, Number.NEGATIVE_INFINITY, later),
    isRevoked: async (claims, later) => {
      const known = feed.isRevoked(claims);
      return known === "unknown" ? oldTokens.isRevoked(claims, later) : known;
    },
  };
}

/**
 * A part that has changed since is known up to its own reading only: a token that is issued from it stays below the
 * revocations that followed the change.
 */
function knownAt({ part, position, isCurrent }: KnownSnapshot, feedPosition: number): Known {
  return { part, feedPosition: isCurrent ? feedPosition : Math.min(position, feedPosition), isCurrent };
}

export type AskedKey = { readonly keyId: string; readonly quality: string };

export type OpenedKey = Extract<FoundKey, { kind: "key" }> | { readonly kind: "refused"; readonly reason: GateRefusal };

export type GateRefusal =
  | "token-revoked"
  | "key-unknown"
  | "key-superseded"
  | Exclude<CountOutcome, "counted" | "away">
  | "unavailable";

/**
 * The key for an uncounted token where memory alone grants it: what `openKey` finds then, without a promise. Null: only
 * `openKey` knows.
 */
export function openKnownKey(
  gate: Pick<Gate, "peek" | "feed">,
  claims: PlaybackClaims,
  asked: AskedKey,
  now: number,
): StoredKey | null {
  if (isCounted(claims)) return null;
  const known = gate.peek(claims);
  if (known === undefined || gate.feed.isRevoked(claims) !== false) return null;
  const found = findKey(known.part, claims, asked, now);
  return found.kind === "key" ? found.key : null;
}

/** The stored key for a verified token, whose session is counted if it has to be. `now` in ms. */
export async function openKey(
  gate: Gate,
  claims: PlaybackClaims,
  asked: AskedKey,
  now: number,
  later: Later,
): Promise<OpenedKey> {
  const known = await gate.part(claims, later);
  if (known === "away") return refused("unavailable");
  const revoked = await gate.isRevoked(claims, later);
  if (revoked !== false) return refused(revoked === "away" ? "unavailable" : "token-revoked");
  const found = await certainKey(gate, known, claims, asked, now, later);
  if (found.kind === "refused") return found;
  const counted = await gate.counting.begin(claims, now);
  if (counted === "counted") return found;
  return refused(counted === "away" ? "unavailable" : counted);
}

/** A token that knows more than this isolate is refused only by what is read after its request. */
async function certainKey(
  gate: Gate,
  { part }: Known,
  claims: PlaybackClaims,
  asked: AskedKey,
  now: number,
  later: Later,
): Promise<OpenedKey> {
  const first = findKey(part, claims, asked, now);
  if (first.kind !== "behind") return first;
  const read = await gate.partSince(claims, now, later);
  if (read === "away") return refused("unavailable");
  const second = findKey(read.part, claims, asked, now);
  if (second.kind !== "behind") return second;
  return refused(read.isCurrent ? keyRefusal(read.part, claims.keyVersion, now) : "unavailable");
}

function refused(reason: GateRefusal): OpenedKey {
  return { kind: "refused", reason };
}

/** Whether something that can change refuses a session that is being refreshed; its later end is counted. */
export async function refreshRefusal(
  gate: Gate,
  claims: PlaybackClaims,
  now: number,
  later: Later,
): Promise<Exclude<GateRefusal, "key-unknown"> | null> {
  const known = await gate.part(claims, later);
  if (known === "away") return "unavailable";
  const revoked = await gate.isRevoked(claims, later);
  if (revoked !== false) return revoked === "away" ? "unavailable" : "token-revoked";
  const isBehind = (known.part?.postVersion ?? 0) < claims.postVersion;
  const certain = isBehind ? await gate.partSince(claims, now, later) : known;
  if (certain === "away") return "unavailable";
  if (!certain.isCurrent && (certain.part?.postVersion ?? 0) < claims.postVersion) return "unavailable";
  if (keyRefusal(certain.part, claims.keyVersion, now) === "key-superseded") return "key-superseded";
  const counted = await gate.counting.refresh(claims, now);
  if (counted === "counted") return null;
  return counted === "away" ? "unavailable" : counted;
}
