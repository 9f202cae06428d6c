import type { FeedRow, FeedSubject } from "../../shared/application/ports/revocation-feed.ts";

/** What an isolate has read of the revocation feed: the newest row of each subject, and how far it knows the feed. */
export type FeedMemory = {
  /** The highest sequence that was read: every row up to it that is above `coveredFrom` is in memory. */
  readonly position: () => number;
  /** Tokens with a lower position may be refused by rows that are not in memory. */
  readonly coveredFrom: () => number;
  readonly size: () => number;
  readonly find: (subject: FeedSubject) => FeedRow | undefined;
  readonly add: (rows: readonly FeedRow[]) => void;
  /** Rows up to here have been read, or are covered, beside those that were added. */
  readonly setRange: (range: { readonly position?: number; readonly coveredFrom?: number }) => void;
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
    setRange: (range) => {
      position = Math.max(position, range.position ?? 0);
      coveredFrom = range.coveredFrom ?? coveredFrom;
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
