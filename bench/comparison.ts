import { type Round, type Spread, spreadOf } from "./rounds.ts";

export type BenchOptions = {
  /** Rounds of every comparison; undefined for what the benchmark thinks right. */
  readonly rounds: number | undefined;
  /** Shorter rounds and smaller inputs: to see that it runs, not to quote. */
  readonly quick: boolean;
  /** Length of the clip of the pipeline; undefined for what the benchmark thinks right. */
  readonly seconds: number | undefined;
  /** Of the pipeline's clip, in pixels; undefined for what the benchmark thinks right. */
  readonly height: number | undefined;
  /** Only the comparisons with this in their name. */
  readonly only: string;
  readonly progress: (line: string) => void;
};

export type Target = { readonly atLeast: number } | { readonly atMost: number };

/** Ours and the bare thing, in one measure. */
export type Comparison = {
  readonly name: string;
  readonly against: string;
  readonly unit: string;
  readonly ours: Spread;
  readonly bare: Spread;
  /** Ours divided by bare, round by round. */
  readonly ratio: Spread;
  readonly rounds: number;
  readonly target: Target | null;
  /** More of the same runs, for people: latencies, sizes. */
  readonly note: string;
};

export type Described = Pick<Comparison, "name" | "against" | "unit" | "target"> & { readonly note?: string };

export function compare<Sample>(
  described: Described,
  rounds: readonly Round<Sample>[],
  measure: (sample: Sample) => number,
): Comparison {
  const ours = rounds.map((round) => measure(round.ours));
  const bare = rounds.map((round) => measure(round.bare));
  return {
    ...described,
    note: described.note ?? "",
    ours: spreadOf(ours),
    bare: spreadOf(bare),
    ratio: spreadOf(ours.map((value, index) => value / bare[index]!)),
    rounds: rounds.length,
  };
}

/** Null where there is no target. The median decides: a single round is at the mercy of the machine. */
export function meetsTarget({ target, ratio }: Comparison): boolean | null {
  if (target === null) return null;
  return "atLeast" in target ? ratio.median >= target.atLeast : ratio.median <= target.atMost;
}
