/** The folded titles by which lists find posts. Saves write them; this completes rows that were written without. */
export interface FoldedTitles {
  /** Folds the titles of at most `limit` posts whose folded title is missing or outdated. Returns how many. */
  complete(limit: number): Promise<number>;
}
