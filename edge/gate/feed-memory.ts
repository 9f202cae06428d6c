import type { FeedRow, FeedSubject } from "../../shared/application/ports/revocation-feed.ts";

/**
 * What an isolate has read of the revocation feed. The invariant on which every grant rests: of each row above
 * `coveredFrom` and up to `position` that is no change of a post and has not expired, memory holds the row or a later one
 * of the same subject. A token whose position is `coveredFrom` or higher is therefore refused by memory alone.
 */
export type FeedMemory = {
  /** The highest sequence that was read or skipped. */
  readonly position: () => number;
  /** Tokens with a lower position may be refused by rows that are not in memory. */
  readonly coveredFrom: () => number;
  readonly size: () => number;
  readonly find: (subject: FeedSubject) => FeedRow | undefined;
  readonly add: (rows: readonly FeedRow[]) => void;
  /** Every row of the invariant above `from` and up to `to` has been added, as one reading has seen them. */
  readonly cover: (from: number, to: number) => void;
  readonly dropExpired: (now: number) => void;
};

export function createFeedMemory(): FeedMemory {
  const rows = new Map<string, FeedRow>();
  let position = 0;
  let coveredFrom = Number.POSITIVE_INFINITY;
  return {
    position: () => position,
    coveredFrom: () => coveredFrom,
    size: () => rows.size,
    find: (subject) => rows.get(nameOf(subject)),
    add: (added) => {
      for (const row of added) {
        const name = nameOf(row);
        // A page of older rows may hold the former row of a subject.
        if ((rows.get(name)?.sequence ?? 0) < row.sequence) rows.set(name, row);
      }
    },
    cover: (from, to) => {
      const hasNoGap = from <= position && coveredFrom <= to;
      // Readings end in any order: of two ranges with a gap between them, the later one counts.
      if (!hasNoGap && to < position) return;
      coveredFrom = hasNoGap ? Math.min(coveredFrom, from) : from;
      position = Math.max(position, to);
    },
    dropExpired: (now) => {
      for (const [name, row] of rows) if (row.expiresAt < now) rows.delete(name);
    },
  };
}

/** A kind holds no colon. */
function nameOf({ kind, subject }: FeedSubject): string {
  return `${kind}:${subject}`;
}
