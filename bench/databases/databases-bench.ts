import { type BenchOptions, type Comparison, compare } from "../comparison.ts";
import { percentile } from "../percentile.ts";
import { median, pairedRounds, type Round } from "../rounds.ts";
import { type BothDatabases, CALLERS, withBothDatabases } from "./both-databases.ts";
import { type DatabaseCase, databaseCases, type Sample, type Sizes } from "./cases.ts";
import { printWakeLatencies } from "./wake-latency.ts";

const FULL: Sizes = { claims: 80, saves: 80, reads: 160 };
const QUICK: Sizes = { claims: 40, saves: 40, reads: 40 };
const ROUNDS = 5;
const WAKES = 200;

/** The ports of the hot paths on Postgres beside the same ones on D1, and how long a queued job waits for its claim. */
export async function benchDatabases(options: BenchOptions): Promise<Comparison[]> {
  const comparisons: Comparison[] = [];
  await withBothDatabases(async (databases) => {
    const cases = await pairsOf(databases, options.quick ? QUICK : FULL);
    for (const [name, ours, bare] of cases.filter(([name]) => name.includes(options.only))) {
      options.progress(`${name}, against D1`);
      comparisons.push(await compared(name, ours, bare, options.rounds ?? (options.quick ? 2 : ROUNDS)));
    }
    if ("claim after NOTIFY".includes(options.only)) {
      await printWakeLatencies(databases.postgres, options.quick ? 20 : WAKES, options.progress);
    }
  });
  return comparisons;
}

/** Each case on Postgres, by both ways to it, with the same one on D1. */
async function pairsOf({ d1, hyperdrive, pool }: BothDatabases, sizes: Sizes) {
  const stored = { posts: CALLERS, jobs: sizes.claims };
  const [onD1, onPostgres] = [await d1.setUp(stored), await pool.setUp(stored)];
  const bare = databaseCases(d1, onD1, sizes);
  const ways = { "Hyperdrive in workerd": hyperdrive, "pool in Node": pool };
  return Object.entries(ways).flatMap(([way, operations]) =>
    databaseCases(operations, onPostgres, sizes).map((ours, n) => [`${ours.name}, ${way}`, ours, bare[n]!] as const),
  );
}

async function compared(name: string, ours: DatabaseCase, bare: DatabaseCase, count: number): Promise<Comparison> {
  await pairedRounds(1, { ours: ours.run, bare: bare.run });
  const rounds = await pairedRounds(count, { ours: ours.run, bare: bare.run });
  const described = { name, against: "D1 in workerd", unit: "calls/s", target: null, note: noteOf(rounds) };
  return compare(described, rounds, ({ callsPerSecond }) => callsPerSecond);
}

/** The medians over the rounds of each round's percentiles. */
function noteOf(rounds: readonly Round<Sample>[]): string {
  const of = (side: "ours" | "bare", share: number) =>
    median(rounds.map((round) => percentile(round[side].latenciesMs, share))).toFixed(1);
  return [0.5, 0.99].map((share) => `p${100 * share} ${of("ours", share)} / ${of("bare", share)} ms`).join(", ");
}
