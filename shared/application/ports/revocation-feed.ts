/** What ends tokens that were issued before: one token, a viewer's, a part's, or those that an API key issued. */
const REVOCATION_KINDS = ["token", "viewer", "part", "api-key"] as const;
export type RevocationKind = (typeof REVOCATION_KINDS)[number];

/** What isolates remember and have to read again: a post whose row was saved, and an API key that was revoked. */
const CHANGE_KINDS = ["post-changed", "api-key-changed"] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

export const FEED_KINDS = [...REVOCATION_KINDS, ...CHANGE_KINDS] as const;
export type FeedKind = (typeof FEED_KINDS)[number];

export type FeedSubject<Kind extends FeedKind = FeedKind> = { readonly kind: Kind; readonly subject: string };

/** A row of the feed. Times in ms. */
export type FeedRow = FeedSubject & {
  readonly sequence: number;
  readonly createdAt: number;
  readonly expiresAt: number;
};

/** The writing half of the feed; `GateReadings` reads it. */
export interface RevocationFeed {
  /**
   * Refuses every token of the subject whose feed position is lower than the sequence that is returned. A repeated
   * revocation of one subject replaces its row. "full": `mostRows` revocations are live already, and nothing was written.
   */
  revoke(
    revoked: FeedSubject<RevocationKind>,
    times: { readonly now: number; readonly expiresAt: number },
    mostRows: number,
  ): Promise<number | "full">;
  /** Deletes at most `limit` rows that expired before `now`; returns how many. */
  deleteExpired(now: number, limit: number): Promise<number>;
}

/** How long a change stays in the feed. An isolate that has not read for that long forgets what it remembers. */
export const CHANGES_KEPT_MS = 3_600_000;
