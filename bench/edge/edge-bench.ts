import { execFile } from "node:child_process";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import { publishPost } from "../../test/fixtures/isolates/published-post.ts";
import { type BenchOptions, type Comparison, compare } from "../comparison.ts";
import { percentile } from "../percentile.ts";
import { median, pairedRounds, type Round } from "../rounds.ts";
import { type Asked, type EdgeCase, edgeCases } from "./cases.ts";
import { type LoadResult, runLoad } from "./http-load.ts";
import { SITE_SETTINGS } from "./tokens.ts";
import { startWorkerd, type Workerd, type WorkerName } from "./workerd.ts";

const CONNECTIONS = 32;
const SEGMENT_BYTES = [1_000_000, 3_700_000];

/** Milliseconds of one side of a round, and of the warming up of both before the first. */
const FULL = { rounds: 16, roundMs: 1500, warmUpMs: 2000 };
const QUICK = { rounds: 4, roundMs: 300, warmUpMs: 500 };
/** Objects stay in memory and slow the next ones down: few of them, and a new process after so many rounds. */
const OBJECTS = { roundMs: 500, warmUpMs: 300 };
const ROUNDS_OF_OBJECTS = 4;
/** Of requests that make no object, until the code of both Workers is compiled. */
const COMPILED_MS = 1500;
/** Before each side of a round. */
const REST_MS = 300;

type Timing = typeof FULL;

/** Requests per second and latency of every playback route, each against the barest Worker that does the same I/O. */
export async function benchEdge(options: BenchOptions): Promise<Comparison[]> {
  const standard = options.quick ? QUICK : FULL;
  const timing = { ...standard, rounds: options.rounds ?? standard.rounds };
  const compared: Comparison[] = [];
  const wanted = ({ name }: EdgeCase) => name.includes(options.only);
  // Before the segments, whose bytes the disk still takes when their comparisons have ended.
  for (const edgeCase of (await inWorkerd(async (_, cases) => cases)).filter(wanted)) {
    if (!edgeCase.makesObjects) continue;
    compared.push(comparisonOf(edgeCase, await roundsWithObjects(edgeCase, timing, options)));
  }
  await inWorkerd(async (workerd, cases) => {
    options.progress(await emptyWorkerRate(workerd, timing));
    for (const edgeCase of cases.filter(wanted)) {
      if (edgeCase.makesObjects) continue;
      compared.push(comparisonOf(edgeCase, await roundsOf(workerd, edgeCase, timing, options)));
    }
  });
  return compared;
}

async function inWorkerd<Result>(work: (workerd: Workerd, cases: EdgeCase[]) => Promise<Result>): Promise<Result> {
  await using workerd = await startWorkerd(SITE_SETTINGS);
  const origin = await workerd.origin("ladderlock");
  const published = await publishPost({ origin, bucket: workerd.bucket }, SEGMENT_BYTES);
  return await work(workerd, await edgeCases(origin, published));
}

/** The same case in one new process after another. */
async function roundsWithObjects(
  { name, bare }: EdgeCase,
  timing: Timing,
  options: BenchOptions,
): Promise<Round<Sample>[]> {
  const rounds: Round<Sample>[] = [];
  while (rounds.length < timing.rounds) {
    const count = Math.min(ROUNDS_OF_OBJECTS, timing.rounds - rounds.length);
    const next = await inWorkerd((workerd, cases) => {
      const same = cases.find((one) => one.name === name && one.bare.worker === bare.worker)!;
      return roundsOf(workerd, same, { ...OBJECTS, rounds: count }, options);
    });
    rounds.push(...next);
  }
  return rounds;
}

/** What load generator and runtime reach together where a Worker does nothing: all else must be well below. */
async function emptyWorkerRate(workerd: Workerd, timing: Timing): Promise<string> {
  const asked = { nextPath: () => "/" };
  await load(workerd, "empty", asked, timing.warmUpMs);
  const { requests, seconds } = await load(workerd, "empty", asked, 2 * timing.roundMs);
  return `an empty Worker gives ${Math.round(requests / seconds)} requests/s`;
}

async function roundsOf(
  workerd: Workerd,
  { name, ours, bare, fromMemory = false, before }: EdgeCase,
  timing: Timing,
  { progress }: BenchOptions,
): Promise<Round<Sample>[]> {
  progress(`${name}, against ${bare.worker}`);
  if (fromMemory) await copyToMemory(workerd, ours);
  const sides = (milliseconds: number) => ({
    ours: () => load(workerd, "ladderlock", ours, milliseconds),
    bare: () => load(workerd, bare.worker, bare, milliseconds),
  });
  if (before !== undefined) {
    await load(workerd, "ladderlock", before.ours, COMPILED_MS);
    await load(workerd, bare.worker, before.bare, COMPILED_MS);
  }
  await pairedRounds(1, sides(timing.warmUpMs));
  return pairedRounds(timing.rounds, sides(timing.roundMs));
}

function comparisonOf({ name, target, bare }: EdgeCase, rounds: readonly Round<Sample>[]): Comparison {
  const described = { name, against: bare.worker, unit: "requests/s", target, note: noteOf(rounds) };
  return compare(described, rounds, ({ requests, seconds }) => requests / seconds);
}

/** With what the runtime's process took of the processor, which other programs disturb less than the rate. */
type Sample = LoadResult & { readonly cpuMicroseconds: number };

async function load(workerd: Workerd, worker: WorkerName, asked: Asked, milliseconds: number): Promise<Sample> {
  const origin = await workerd.origin(worker);
  await restAfterOthers();
  const before = await workerd.cpuSeconds();
  const result = await runLoad({ ...asked, origin, connections: CONNECTIONS, milliseconds });
  const seconds = (await workerd.cpuSeconds()) - before;
  return { ...result, cpuMicroseconds: (1e6 * seconds) / result.requests };
}

/**
 * What one side has written is flushed by the kernel later, and what it has left is collected by the runtime, on the
 * processors that the other side needs.
 */
async function restAfterOthers(): Promise<void> {
  await promisify(execFile)("sync");
  await setTimeout(REST_MS);
}

/** Gives the memory Worker the very bytes that ours answers with. */
async function copyToMemory(workerd: Workerd, { nextPath, headers, nextHeaders, body }: Asked): Promise<void> {
  const path = nextPath();
  const [name, value] = nextHeaders?.().trim().split(": ") ?? [];
  const response = await fetch(new URL(path, await workerd.origin("ladderlock")), {
    headers: { ...headers, ...(name === undefined ? {} : { [name]: value! }), "accept-encoding": "identity" },
    ...(body === undefined ? {} : { method: "POST", body }),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  const answer = await response.arrayBuffer();
  await (await fetch(await workerd.origin("memory"), { method: "PUT", body: answer })).arrayBuffer();
}

function noteOf(rounds: readonly Round<Sample>[]): string {
  const sides = [rounds.map((round) => round.ours), rounds.map((round) => round.bare)];
  const [ours, bare] = sides.map((side) => ({
    p50: medianPercentile(side, 0.5),
    p99: medianPercentile(side, 0.99),
    cpu: median(side.map(({ cpuMicroseconds }) => cpuMicroseconds)),
    bytes: median(side.map(({ bodyBytes, requests }) => bodyBytes / requests)),
  }));
  if (ours === undefined || bare === undefined) return "";
  const pair = (key: "p50" | "p99") => `${key} ${ours[key].toFixed(1)} / ${bare[key].toFixed(1)} ms`;
  const cpu = `CPU ${Math.round(ours.cpu)} / ${Math.round(bare.cpu)} µs`;
  return `${pair("p50")}, ${pair("p99")}, ${cpu}, body ${Math.round(ours.bytes)} / ${Math.round(bare.bytes)} B`;
}

/** The median over the rounds of each round's percentile. */
function medianPercentile(results: readonly Sample[], share: number): number {
  return median(results.map(({ latenciesMs }) => percentile(latenciesMs, share)));
}
