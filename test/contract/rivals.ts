const MOMENTS = 8;

/**
 * Runs `slow` once alone, to learn how long it takes, and then with a rival that starts at one moment after another of
 * that time. Rounds are numbered from 0.
 */
export async function rivalAtEveryMoment<T>(
  slow: (round: number) => Promise<T>,
  rival: (round: number, outcome: Promise<T>) => Promise<void>,
): Promise<void> {
  const start = performance.now();
  await slow(0);
  const took = performance.now() - start;
  for (let round = 1; round < ROUNDS; round++) {
    const outcome = slow(round);
    await new Promise((resolve) => setTimeout(resolve, (took * (round - 1)) / MOMENTS));
    await rival(round, outcome);
  }
}

export const ROUNDS = MOMENTS + 1;
