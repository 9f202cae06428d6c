import type { GateReadings } from "../../shared/application/ports/gate-readings.ts";
import {
  CHANGES_KEPT_MS,
  type ChangeKind,
  type FeedRow,
  type FeedSubject,
  type RevocationKind,
} from "../../shared/application/ports/revocation-feed.ts";
import type { PlaybackClaims } from "../../shared/playback-token/claims.ts";
import { CLOCK_SKEW_SECONDS } from "../../shared/playback-token/token-signer.ts";
import { logError } from "../log/log.ts";
import { createFeedMemory, type FeedMemory } from "./feed-memory.ts";
import {
  Copied,
  emptyCell,
  type FreshnessRules,
  freshValue,
  type GateClock,
  type Later,
  nextStep,
} from "./freshness.ts";
import type { LocationCopies } from "./location-copies.ts";

/** What of its claims a token is revoked by. */
export type RevocableClaims = Pick<
  PlaybackClaims,
  "tokenId" | "viewerId" | "videoPostId" | "fileIndex" | "apiKeyId" | "feedPosition" | "origin"
>;

export type RevocationFeedReader = {
  /** Whether what is in memory counts without waiting. */
  readonly isReady: () => boolean;
  /** Reads where it is due. `notBefore`: in ms, the earliest start of a reading that counts. */
  readonly ready: (later: Later, notBefore?: number) => Promise<"ready" | "away">;
  /** Reads what this isolate has just written, whatever is due. Never throws. */
  readonly catchUp: () => Promise<void>;
  /** The position that a token issued now records. */
  readonly position: () => number;
  /** Memory alone decides about tokens of this position or a higher one. */
  readonly coveredFrom: () => number;
  /** "unknown": the token is older than what is in memory. */
  readonly isRevoked: (claims: RevocableClaims) => boolean | "unknown";
  /** Asks the database about tokens that memory cannot decide, MOST_ASKED in each statement. */
  readonly askRevoked: (claims: readonly RevocableClaims[]) => Promise<readonly boolean[]>;
  /** Sequence of the newest change of the subject, as far as this isolate cannot rule out a later one. */
  readonly changedAt: (subject: FeedSubject<ChangeKind>) => number;
  /** Rises whenever everything that was read before has to be read again. */
  readonly generation: () => number;
  readonly length: () => number;
  readonly readAt: () => number;
};

/** `later`: for what is kept for other isolates; null keeps nothing. */
type Reading = { readonly mayCopy: boolean; readonly later: Later | null };

/** Rows of one reading. A new isolate reads the newest revocations only, and so does one that has missed more rows. */
const PAGE = 1000;
/** Tokens that one statement asks about. */
export const MOST_ASKED = 1000;
/** Of rows in memory; beyond it old tokens keep asking the database. */
const MOST_ROWS = 100_000;
const SWEEP_MS = 60_000;

export function createRevocationFeed(
  readings: GateReadings,
  rules: FreshnessRules,
  clock: GateClock,
  copies: Pick<LocationCopies, "feed" | "newest">,
): RevocationFeedReader {
  const memory = createFeedMemory();
  const cell = emptyCell<true>();
  let generation = 0;
  /** Changes of posts up to here have been skipped, and what was read at a lower position may have missed one. */
  let postsSkippedTo = 0;
  let lastReadAt = Number.NEGATIVE_INFINITY;
  let sweptAt = clock.now();
  let isOldTokenSeen = false;

  const restart = async ({ mayCopy, later }: Reading): Promise<Copied<true> | true> => {
    const copy = mayCopy ? await copies.newest.find() : null;
    const newest = copy ?? (await readings.newestRevocations(PAGE));
    if (copy === null && later !== null) copies.newest.keep(newest, later);
    const { position, rows } = newest;
    memory.add(rows);
    memory.cover(endOf(rows), position);
    postsSkippedTo = Math.max(postsSkippedTo, position);
    // Changes may have been deleted before this isolate has read them.
    if (lastReadAt !== Number.NEGATIVE_INFINITY) generation++;
    return copy === null ? true : new Copied(true, copies.newest.ageMs);
  };

  /** One page further back for each reading, while tokens come that are older than what is in memory. */
  const readBack = async () => {
    isOldTokenSeen = false;
    const from = memory.coveredFrom();
    const older = await readings.revocationsBefore(from + 1, PAGE);
    memory.add(older);
    memory.cover(endOf(older), from);
  };

  const follow = async (reading: Reading): Promise<Copied<true> | true> => {
    const from = memory.position();
    const copy = reading.mayCopy ? await copies.feed.find() : null;
    if (copy !== null && copy.from <= from && from <= copy.to) {
      memory.add(copy.rows.filter(({ sequence }) => sequence > from));
      memory.cover(from, copy.to);
      return new Copied(true, copies.feed.ageMs);
    }
    const next = await readings.feedAfter(from, PAGE);
    if (next.length === PAGE) return restart({ ...reading, mayCopy: false });
    const to = next.at(-1)?.sequence ?? from;
    if (reading.later !== null) copies.feed.keep({ from, to, rows: next }, reading.later);
    memory.add(next);
    memory.cover(from, to);
    return true;
  };

  const read = async (reading: Reading): Promise<Copied<true> | true> => {
    const at = clock.now();
    // The rows of changes that this isolate has missed may be deleted by now.
    const found = at - lastReadAt > CHANGES_KEPT_MS / 2 ? await restart(reading) : await follow(reading);
    if (isOldTokenSeen && memory.size() < MOST_ROWS) await readBack();
    lastReadAt = found === true ? at : at - found.ageMs;
    if (at - sweptAt > SWEEP_MS) {
      memory.dropExpired(at);
      sweptAt = at;
    }
    return found;
  };

  return {
    isReady: () => nextStep(cell, rules, clock.now(), Number.NEGATIVE_INFINITY) === "use",
    ready: async (later, notBefore = Number.NEGATIVE_INFINITY) => {
      // A copy may be older than what decides a refusal.
      const mayCopy = notBefore === Number.NEGATIVE_INFINITY && rules.freshMs > 0;
      const readIt = (work: Later) => read({ mayCopy, later: work });
      return (await freshValue(cell, () => rules, readIt, clock, later, notBefore)) === "away" ? "away" : "ready";
    },
    catchUp: async () => {
      try {
        await read({ mayCopy: false, later: null });
      } catch (error) {
        logError("gate", error);
      }
    },
    position: memory.position,
    coveredFrom: memory.coveredFrom,
    isRevoked: (claims) => {
      if (isRefused(memory, claims)) return true;
      if (claims.feedPosition >= memory.coveredFrom()) return false;
      isOldTokenSeen = true;
      return "unknown";
    },
    askRevoked: async (tokens) => {
      const found = createFeedMemory();
      for (let n = 0; n < tokens.length; n += MOST_ASKED) {
        found.add(await readings.findRevocations(subjectsOfAll(tokens.slice(n, n + MOST_ASKED))));
      }
      return tokens.map((claims) => isRefused(found, claims));
    },
    changedAt: (subject) => {
      const covered = memory.coveredFrom();
      const unread = subject.kind === "post-changed" ? postsSkippedTo : Number.isFinite(covered) ? covered : 0;
      return Math.max(memory.find(subject.kind, subject.subject)?.sequence ?? 0, unread);
    },
    generation: () => generation,
    length: memory.size,
    readAt: () => cell.readAt,
  };
}

/** Of a page with the newest first: every row above is in it. */
function endOf(page: readonly FeedRow[]): number {
  return page.length < PAGE ? 0 : (page.at(-1) as FeedRow).sequence - 1;
}

/** Each once: the tokens of an audience share their part. */
function subjectsOfAll(tokens: readonly RevocableClaims[]): FeedSubject<RevocationKind>[] {
  const named = tokens.flatMap(subjectsOf).map((subject) => [`${subject.kind}:${subject.subject}`, subject] as const);
  return [...new Map(named).values()];
}

function subjectsOf(claims: RevocableClaims): FeedSubject<RevocationKind>[] {
  const { tokenId, viewerId, apiKeyId } = claims;
  return [
    { kind: "token", subject: tokenId },
    { kind: "part", subject: partSubject(claims) },
    ...(viewerId === null ? [] : [{ kind: "viewer", subject: viewerId } as const]),
    ...(apiKeyId === null ? [] : [{ kind: "api-key", subject: apiKeyId } as const]),
  ];
}

/** By the same subjects, without a list of them: every key passes here. */
function isRefused({ find }: Pick<FeedMemory, "find">, claims: RevocableClaims): boolean {
  const { tokenId, viewerId, apiKeyId } = claims;
  return (
    refuses(find("token", tokenId), claims) ||
    refuses(find("part", partSubject(claims)), claims) ||
    (viewerId !== null && refuses(find("viewer", viewerId), claims)) ||
    (apiKeyId !== null && refuses(find("api-key", apiKeyId), claims))
  );
}

export function partSubject({ videoPostId, fileIndex }: Pick<PlaybackClaims, "videoPostId" | "fileIndex">): string {
  return `${videoPostId}/${fileIndex}`;
}

/**
 * By position, whatever the clocks say. The time of issue is a second net, for a restored database that uses numbers
 * again; it allows for clocks that differ. A row that is over refuses as long as it is there: every token that it
 * refuses was issued before it and has ended by then, so that no clock has to decide when it is over.
 */
function refuses(row: FeedRow | undefined, { feedPosition, origin }: RevocableClaims): boolean {
  if (row === undefined) return false;
  return feedPosition < row.sequence || origin.issuedAt + CLOCK_SKEW_SECONDS < Math.floor(row.createdAt / 1000);
}
