import { problem } from "../http/problems.ts";
import { logError } from "../log/log.ts";

/**
 * How long a viewer waits for the database. hls.js gives up on a key after 8 s and retries only once, but retries a 503
 * eight times: the 503 must come first, with a margin for slow networks.
 */
export const DATABASE_TIMEOUT_MS = 5000;

/** How often the microtask queue turns before work counts as waiting. Work from memory is done within 40 turns. */
const TURNS = 100;

export type Deadline = {
  /** Resolves `ms` after the first watched work began to wait. What was asked of the database may still happen there. */
  readonly late: Promise<"late">;
  /** Returns the given work. */
  readonly watch: <Result>(work: Promise<Result>) => Promise<Result>;
};

/**
 * The timer starts only when some work waits for more than memory: in a token that is issued from memory it takes an
 * eighth of the time. It is never cleared and ends with its request. `setTimeout`, which is Node's here, and
 * `clearTimeout` cost more. `onFirstWait` is called then, for what else only such work needs.
 */
export function createDeadline(ms: number, sleep: (ms: number) => Promise<unknown>, onFirstWait: () => void): Deadline {
  const { promise: late, resolve } = Promise.withResolvers<"late">();
  let isStarted = false;

  const start = () => {
    if (isStarted) return;
    isStarted = true;
    onFirstWait();
    void sleep(ms).then(() => resolve("late"));
  };

  return {
    late,
    watch: (work) => {
      if (!isStarted) void callOnWait(work, start);
      return work;
    },
  };
}

async function callOnWait(work: Promise<unknown>, onWait: () => void): Promise<void> {
  let isDone = false;
  const done = () => {
    isDone = true;
  };
  work.then(done, done);
  for (let turn = 0; turn < TURNS && !isDone; turn++) await null;
  if (!isDone) onWait();
}

/** The path is logged, not the query. */
export function timedOut(url: string): Response {
  logError(new URL(url).pathname, "the database did not respond in time");
  return problem("unavailable");
}
