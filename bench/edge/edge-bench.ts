import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BenchOptions, type Comparison, compare } from "../comparison.ts";
import { median, pairedRounds, type Round } from "../rounds.ts";
import { type Asked, type EdgeCase, edgeCases } from "./cases.ts";
import { type LoadResult, runLoad } from "./http-load.ts";
import { publishPost } from "./published-post.ts";
import { startWorkerd, type Workerd, type WorkerName } from "./workerd.ts";

const CONNECTIONS = 32;
const SEGMENT_BYTES = [1_000_000, 3_700_000];

/** Milliseconds of one side of a round, and of the warming up of both before the first. */
const FULL = { rounds: 16, roundMs: 1500, warmUpMs: 2000 };
const QUICK = { rounds: 4, roundMs: 300, warmUpMs: 500 };

type Timing = typeof FULL;

/** Requests per second and latency of every playback route, each against the barest Worker that does the same I/O. */
export async function benchEdge(options: BenchOptions): Promise<Comparison[]> {
  const standard = options.quick ? QUICK : FULL;
  const timing = { ...standard, rounds: options.rounds ?? standard.rounds };
  const directory = await mkdtemp(join(tmpdir(), "ladderlock-bench-"));
  try {
    await using workerd = await startWorkerd(directory);
    const published = await publishPost(workerd, SEGMENT_BYTES);
    const cases = await edgeCases(await workerd.origin("ladderlock"), published);
    options.progress(await emptyWorkerRate(workerd, timing));
    const comparisons: Comparison[] = [];
    for (const edgeCase of cases.filter(({ name }) => name.includes(options.only))) {
      options.progress(edgeCase.name);
      comparisons.push(await compareCase(workerd, edgeCase, timing));
    }
    return comparisons;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** What load generator and runtime reach together where a Worker does nothing: all else must be well below. */
async function emptyWorkerRate(workerd: Workerd, timing: Timing): Promise<string> {
  const asked = { nextPath: () => "/" };
  await load(workerd, "empty", asked, timing.warmUpMs);
  const { requests, seconds } = await load(workerd, "empty", asked, 2 * timing.roundMs);
  return `an empty Worker gives ${Math.round(requests / seconds)} requests/s`;
}

async function compareCase(workerd: Workerd, edgeCase: EdgeCase, timing: Timing): Promise<Comparison> {
  const { name, target, ours, bare, memoryOf } = edgeCase;
  if (memoryOf !== undefined) await copyToMemory(workerd, memoryOf);
  const sides = (milliseconds: number) => ({
    ours: () => load(workerd, "ladderlock", ours, milliseconds),
    bare: () => load(workerd, bare.worker, bare, milliseconds),
  });
  await pairedRounds(1, sides(timing.warmUpMs));
  const rounds = await pairedRounds(timing.rounds, sides(timing.roundMs));
  const described = {
    name,
    against: bare.worker,
    unit: "requests/s",
    target: { atLeast: target },
    note: noteOf(rounds),
  };
  return compare(described, rounds, ({ requests, seconds }) => requests / seconds);
}

/** With what the runtime's process took of the processor, which other programs disturb less than the rate. */
type Sample = LoadResult & { readonly cpuMicroseconds: number };

async function load(workerd: Workerd, worker: WorkerName, asked: Asked, milliseconds: number): Promise<Sample> {
  const origin = await workerd.origin(worker);
  const before = await workerd.cpuSeconds();
  const result = await runLoad({ ...asked, origin, connections: CONNECTIONS, milliseconds });
  const seconds = (await workerd.cpuSeconds()) - before;
  return { ...result, cpuMicroseconds: (1e6 * seconds) / result.requests };
}

/** Gives the memory Worker the very bytes that ours answers with. */
async function copyToMemory(workerd: Workerd, path: string): Promise<void> {
  const response = await fetch(new URL(path, await workerd.origin("ladderlock")), {
    headers: { "accept-encoding": "identity" },
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  const body = await response.arrayBuffer();
  await (await fetch(await workerd.origin("memory"), { method: "PUT", body })).arrayBuffer();
}

function noteOf(rounds: readonly Round<Sample>[]): string {
  const sides = [rounds.map((round) => round.ours), rounds.map((round) => round.bare)];
  const [ours, bare] = sides.map((side) => ({
    p50: percentile(side, 0.5),
    p99: percentile(side, 0.99),
    cpu: median(side.map(({ cpuMicroseconds }) => cpuMicroseconds)),
    bytes: median(side.map(({ bodyBytes, requests }) => bodyBytes / requests)),
  }));
  if (ours === undefined || bare === undefined) return "";
  const pair = (key: "p50" | "p99") => `${key} ${ours[key].toFixed(1)} / ${bare[key].toFixed(1)} ms`;
  const cpu = `CPU ${Math.round(ours.cpu)} / ${Math.round(bare.cpu)} µs`;
  return `${pair("p50")}, ${pair("p99")}, ${cpu}, body ${Math.round(ours.bytes)} / ${Math.round(bare.bytes)} B`;
}

/** The median over the rounds of each round's percentile. */
function percentile(results: readonly Sample[], share: number): number {
  return median(
    results.map(({ latenciesMs }) => {
      const sorted = latenciesMs.toSorted();
      return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
    }),
  );
}
