import type { SeededRandom } from "../fixtures/seeded-random.ts";
import { MOMENTS, type Moment } from "./run-moments.ts";

export type Fates = {
  /** The moment at which the next run is struck; null for a run that is left alone. */
  draw(): Moment | null;
  /** The moment did not come. */
  giveBack(moment: Moment): void;
  /** Nobody is struck any more. */
  end(): void;
};

export type FatePlan = {
  /** Share of the runs that are struck. */
  readonly share: number;
  readonly moments: readonly Moment[];
  /** Whether the moments start again when each has been drawn. */
  readonly again: boolean;
};

/** Every moment before any comes again: a run of minutes has few blows. */
export function startFates(random: SeededRandom, { share, moments, again }: FatePlan): Fates {
  let ahead = shuffled(moments, random);
  let hasEnded = false;
  return {
    draw: () => {
      if (hasEnded || random() >= share) return null;
      if (ahead.length === 0 && again) ahead = shuffled(moments, random);
      return ahead.shift() ?? null;
    },
    giveBack: (moment) => void ahead.unshift(moment),
    end: () => {
      hasEnded = true;
    },
  };
}

export function shuffled<T>(all: readonly T[], random: SeededRandom): T[] {
  const left = [...all];
  return all.map(() => left.splice(Math.floor(random() * left.length), 1)[0]!);
}

export const ALL_MOMENTS: FatePlan = { share: 0.6, moments: MOMENTS, again: true };
