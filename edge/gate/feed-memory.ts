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
  readonly find: (kind: FeedSubject["kind"], subject: string) => FeedRow | undefined;
  readonly add: (rows: readonly FeedRow[]) => void;
  /** Every row of the invariant above `from` and up to `to` has been added, as one reading has seen them. */
  readonly cover: (from: number, to: number) => void;
  readonly dropExpired: (now: number) => void;
};

export function createFeedMemory(): FeedMemory {
  /** A map for each kind: a name of both would be put together at every look-up, several times for each key. */
  const kinds = new Map<FeedSubject["kind"], Map<string, FeedRow>>();
  let size = 0;
  let position = 0;
  let coveredFrom = Number.POSITIVE_INFINITY;
  return {
    position: () => position,
    coveredFrom: () => coveredFrom,
    size: () => size,
    find: (kind, subject) => kinds.get(kind)?.get(subject),
    add: (added) => {
      for (const row of added) {
        const rows = kinds.get(row.kind) ?? new Map<string, FeedRow>();
        kinds.set(row.kind, rows);
        const former = rows.get(row.subject);
        if (former === undefined) size++;
        // A page of older rows may hold the former row of a subject.
        if (former === undefined || former.sequence < row.sequence) rows.set(row.subject, row);
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
      for (const rows of kinds.values()) {
        for (const [subject, row] of rows) if (row.expiresAt < now && rows.delete(subject)) size--;
      }
    },
  };
}
