import { bodyOf } from "../../client/index.ts";
import type { Stack } from "../e2e/stack.ts";
import { between, type SeededRandom } from "../fixtures/seeded-random.ts";
import { type Pace, sleep, startRhythm } from "./pace.ts";

export type Cancellations = {
  readonly cancelled: () => number;
  readonly retried: () => number;
  /** No more cancellations; everything that was cancelled is retried. */
  calm(): Promise<void>;
  /** Rejects when a job could not be cancelled or retried. */
  readonly broken: Promise<never>;
};

/** An editor who changes their mind: every few seconds a job that waits or runs is cancelled, and retried a moment later. */
export function startCancellations(
  stack: Stack,
  random: SeededRandom,
  pace: Pace,
  every: readonly [number, number],
): Cancellations {
  let cancelled = 0;
  let retried = 0;

  const cancelOne = async (): Promise<string | null> => {
    const { jobs } = bodyOf(await stack.client.listJobs());
    const live = jobs.filter(({ state }) => /QUEUED|RUNNING|RETRY_WAIT/.test(state));
    const chosen = live[Math.floor(random() * live.length)];
    if (chosen === undefined) return null;
    const { status } = await stack.client.cancelJob({ params: { jobId: chosen.jobId } });
    if (status === 202) cancelled++;
    else if (status !== 409) throw new Error(`cancel: ${status}`);
    return status === 202 ? chosen.jobId : null;
  };

  const rhythm = startRhythm(
    () => pace.draw(every),
    async (signal) => {
      const jobId = await cancelOne();
      if (jobId === null) return;
      await sleep(1000 * between(random, 0, 3), signal);
      const { status } = await stack.client.retryJob({ params: { jobId } });
      if (status !== 202) throw new Error(`retry of a cancelled job: ${status}`);
      retried++;
    },
  );
  return { cancelled: () => cancelled, retried: () => retried, calm: rhythm.stop, broken: rhythm.broken };
}

/** Cancels a job of each of these posts, for good. */
export async function cancelForGood(stack: Stack, videoPostIds: readonly string[]): Promise<void> {
  for (const videoPostId of videoPostIds) {
    const { jobs } = bodyOf(await stack.client.listJobs({ query: { videoPostId } }));
    const { status } = await stack.client.cancelJob({ params: { jobId: jobs[0]!.jobId } });
    if (status !== 202) throw new Error(`cancel: ${status}`);
  }
}

/** Keys that a job was given and that are still good for anything, though the job was cancelled or has failed. */
export async function exposedKeys(stack: Stack): Promise<string[]> {
  const database = await stack.database();
  const jobs = await database.rows<{ job_id: string; state: string }>("video_transcode_job");
  const stateOf = new Map(jobs.map(({ job_id, state }) => [job_id, state]));
  const keys = await database.rows<{ key_id: string; status: string; staged_by_job_id: string }>(
    "video_hls_encrypt_key",
  );
  return keys.flatMap(({ key_id, status, staged_by_job_id }) => {
    const state = stateOf.get(staged_by_job_id);
    const failed = state === "CANCELLED" || state === "FAILED";
    const exposed = status === "STAGED" || (status !== "REVOKED" && failed);
    return exposed ? [`key ${key_id} of a job that is ${state} is ${status}`] : [];
  });
}
