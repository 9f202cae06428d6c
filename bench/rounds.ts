/** What is compared, and what it is compared with: the barest thing that does the same work. */
export type Pair<Sample> = { readonly ours: () => Promise<Sample>; readonly bare: () => Promise<Sample> };

/** The two samples of one round, taken one right after the other. */
export type Round<Sample> = { readonly ours: Sample; readonly bare: Sample };

/**
 * Runs both sides of a pair `count` times, and changes their order from round to round: what else the machine does then
 * weighs on both alike, and so does what the first run leaves in caches for the second.
 */
export async function pairedRounds<Sample>(count: number, pair: Pair<Sample>): Promise<Round<Sample>[]> {
  const rounds: Round<Sample>[] = [];
  for (let index = 0; index < count; index += 1) {
    if (index % 2 === 0) {
      const ours = await pair.ours();
      rounds.push({ ours, bare: await pair.bare() });
    } else {
      const bare = await pair.bare();
      rounds.push({ ours: await pair.ours(), bare });
    }
  }
  return rounds;
}

export type Spread = { readonly median: number; readonly min: number; readonly max: number };

export function spreadOf(values: readonly number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle];
  if (upper === undefined) throw new RangeError("there is no median of nothing");
  return sorted.length % 2 === 1 ? upper : (sorted[middle - 1]! + upper) / 2;
}
