import { setTimeout as sleep } from "node:timers/promises";
import { STANDARD_JOB_RULES } from "../../shared/domain/job/transcode-job.ts";
import { pooledClients } from "../../shared/persistence/pg/clients.ts";
import { pgPersistence } from "../../shared/persistence/pg/persistence.ts";
import type { TestPersistence } from "../../test/contract/persistence.ts";
import { savePost } from "../../test/contract/steps.ts";
import { percentile } from "../percentile.ts";
import { type Listener, startListener } from "./listener.ts";
import type { BenchPostgres } from "./postgres.ts";

/** Long enough for the slowest of the listeners to look for a job in vain. */
const SETTLE_MS = 20;

type Latencies = { readonly claimed: number[]; readonly saved: number[] };

/** From the request that queues a job until a processor has claimed it, with one listening processor and with 20. */
export async function printWakeLatencies(
  postgres: BenchPostgres,
  rounds: number,
  progress: (line: string) => void,
): Promise<void> {
  console.log("\n| claim after NOTIFY | jobs | p50 ms | p99 ms | of which the save, p50 ms |");
  console.log("| --- | --- | --- | --- | --- |");
  for (const count of [1, 20]) {
    const name = count === 1 ? "one listener" : `${count} listeners`;
    progress(`claim after NOTIFY, ${name}`);
    const { claimed, saved } = await wakeLatencies(await postgres.create(`listeners_${count}`), count, rounds);
    const figures = [percentile(claimed, 0.5), percentile(claimed, 0.99), percentile(saved, 0.5)];
    console.log(`| ${name} | ${claimed.length} | ${figures.map((figure) => figure.toFixed(1)).join(" | ")} |`);
  }
}

async function wakeLatencies(url: string, count: number, rounds: number): Promise<Latencies> {
  const latencies: Latencies = { claimed: [], saved: [] };
  let onClaimed = (_jobId: string) => {};
  const clients = pooledClients({ connectionString: url, application_name: "bench", max: 2 }, () => {});
  const persistence = pgPersistence(clients.connect, STANDARD_JOB_RULES);
  const listeners = await Promise.all(
    Array.from({ length: count }, () => startListener(url, (jobId) => onClaimed(jobId))),
  );
  try {
    for (let round = 0; round < rounds; round++) {
      await untilAllWait(listeners);
      const claimed = new Promise<number>((resolve) => {
        onClaimed = () => resolve(performance.now());
      });
      const save = await timedSave(persistence as TestPersistence);
      latencies.saved.push(save.endedAt - save.startedAt);
      latencies.claimed.push((await claimed) - save.startedAt);
    }
  } finally {
    await Promise.all(listeners.map((listener) => listener.end()));
    await clients.end();
  }
  return latencies;
}

async function untilAllWait(listeners: readonly Listener[]): Promise<void> {
  do await sleep(SETTLE_MS);
  while (!listeners.every((listener) => listener.isWaiting()));
}

/** Without the look at the post that follows the save. */
async function timedSave(persistence: TestPersistence): Promise<{ startedAt: number; endedAt: number }> {
  const times = { startedAt: 0, endedAt: 0 };
  const save: TestPersistence["posts"]["save"] = async (...call) => {
    times.startedAt = performance.now();
    const outcome = await persistence.posts.save(...call);
    times.endedAt = performance.now();
    return outcome;
  };
  await savePost({ ...persistence, posts: { ...persistence.posts, save } });
  return times;
}
