/** Rewards of authors: rows are only added. Amounts are whole points and above 0. */
export interface AuthorLedger {
  /** Rewards the author of a post, once. A post that is deleted already is reversed at once. */
  reward(input: NewReward): Promise<void>;
  /** Takes the reward of a deleted post back, once. No effect without a reward, or where the post is not deleted. */
  reverse(videoPostId: string): Promise<void>;
  /** A page of an author's rows, the newest first, and the balance of all of them at the same moment. */
  page(input: LedgerPage): Promise<{ readonly entries: readonly LedgerEntry[]; readonly balance: number }>;
}

/** `at`: the time of the event, in ms. */
export type NewReward = { readonly videoPostId: string; readonly amount: number; readonly at: number };

/** `after`: the sequence of the last row of the page before. */
export type LedgerPage = { readonly authorId: string; readonly after: number | null; readonly limit: number };

export type RewardDirection = "REWARD" | "REVERSAL";

export type LedgerEntry = {
  readonly sequence: number;
  readonly videoPostId: string;
  readonly direction: RewardDirection;
  readonly amount: number;
  readonly at: number;
};
