import { type Waiting, woken } from "../../processor/jobs/loop/waiting.ts";
import { STANDARD_JOB_RULES } from "../../shared/domain/job/transcode-job.ts";
import { secretId } from "../../shared/lib/random-id.ts";
import { pooledClients } from "../../shared/persistence/pg/clients.ts";
import { listen } from "../../shared/persistence/pg/listen.ts";
import { pgPersistence } from "../../shared/persistence/pg/persistence.ts";
import { LEASE_MS, NOW } from "../../test/contract/steps.ts";

export type Listener = {
  /** It has looked for a job after its latest wake, and found none. */
  isWaiting(): boolean;
  end(): Promise<void>;
};

const POLL_MS = 30_000;

/** What a processor with DATABASE_URL listens and claims with: its listener, its waiting, its connections. No work. */
export async function startListener(url: string, onClaimed: (jobId: string) => void): Promise<Listener> {
  const client = { connectionString: url, application_name: "bench" };
  const ended = new AbortController();
  const waiting = woken(() => POLL_MS, Math.random);
  const clients = pooledClients({ ...client, max: 2 }, () => {});
  const { jobs } = pgPersistence(clients.connect, STANDARD_JOB_RULES);
  const state = { isWaiting: false };
  const listening = Promise.withResolvers<void>();
  const listener = listen({
    ...{ client, signal: ended.signal, random: Math.random, onWake: waiting.wake },
    onState: ({ kind }) => kind === "listening" && listening.resolve(),
  });
  const claim = () => {
    const kinds = ["TRANSCODE"] as const;
    return jobs.claim({ leaseToken: secretId(), owner: "bench", kinds, now: NOW, leaseMs: LEASE_MS });
  };
  const claiming = claimUntil(ended.signal, waiting, state, async () => {
    const claimed = await claim();
    if (claimed !== null) onClaimed(claimed.job.jobId);
    return claimed !== null;
  });
  await listening.promise;
  return {
    isWaiting: () => state.isWaiting,
    end: async () => {
      ended.abort();
      await Promise.all([listener, claiming]);
      await clients.end();
    },
  };
}

/** As the loop of the processor does. */
async function claimUntil(
  stop: AbortSignal,
  waiting: Waiting,
  state: { isWaiting: boolean },
  claim: () => Promise<boolean>,
): Promise<void> {
  while (!stop.aborted) {
    if (await claim()) {
      waiting.found();
      continue;
    }
    state.isWaiting = true;
    await waiting.untilDue(stop);
    state.isWaiting = false;
  }
}
