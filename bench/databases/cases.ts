import { secretId } from "../../shared/lib/random-id.ts";
import { CALLERS } from "./both-databases.ts";
import type { Operations } from "./operations.ts";

export type Sizes = { readonly claims: number; readonly saves: number; readonly reads: number };

export type Sample = { readonly callsPerSecond: number; readonly latenciesMs: readonly number[] };

/** One side of a round, of which the callers each have one call in progress. */
export type DatabaseCase = { readonly name: string; readonly run: () => Promise<Sample> };

/** `posts`: one for each caller, so that no save waits for another one's post. */
export function databaseCases(operations: Operations, posts: readonly string[], sizes: Sizes): DatabaseCase[] {
  const post = (caller: number) => posts[caller]!;
  return [
    { name: "claim", run: () => claimAll(operations, sizes.claims) },
    {
      name: "load and save",
      run: () => measured(sizes.saves, async (caller) => expect("saved", await operations.save(post(caller)))),
    },
    {
      name: "part snapshot",
      run: () =>
        measured(sizes.reads, async () => {
          if ((await operations.snapshot(post(0))) === "") throw new Error("the part does not play");
        }),
    },
    { name: "revocation feed", run: () => measured(sizes.reads, async () => expect(0, await operations.feed())) },
  ];
}

/** Claims every job, and returns all of them to the queue, which is not measured. */
async function claimAll(operations: Operations, jobs: number): Promise<Sample> {
  const leases: { readonly jobId: string; readonly leaseToken: string }[] = [];
  const sample = await measured(jobs, async () => {
    const leaseToken = secretId();
    const jobId = await operations.claim(leaseToken);
    if (jobId === null) throw new Error("a claim found no job");
    leases.push({ jobId, leaseToken });
  });
  expect(leases.length, new Set(leases.map(({ jobId }) => jobId)).size);
  await measured(leases.length, async () => expect(true, await operations.release(leases.pop()!)));
  return sample;
}

async function measured(calls: number, call: (caller: number) => Promise<unknown>): Promise<Sample> {
  const latenciesMs: number[] = [];
  const startedAt = performance.now();
  let left = calls;
  const callOneByOne = async (_: unknown, caller: number) => {
    while (left > 0) {
      left -= 1;
      const calledAt = performance.now();
      await call(caller);
      latenciesMs.push(performance.now() - calledAt);
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, callOneByOne));
  return { callsPerSecond: (1000 * calls) / (performance.now() - startedAt), latenciesMs };
}

function expect<T>(wanted: T, found: T): void {
  if (found !== wanted) throw new Error(`expected ${wanted}, found ${found}`);
}
