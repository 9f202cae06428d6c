import { problem } from "../http/problems.ts";
import { logError } from "../log/log.ts";

/**
 * How long a viewer waits for the database. hls.js gives up on a key after 8 s and retries only once, but retries a 503
 * eight times: the 503 must come first, with a margin for slow networks.
 */
export const DATABASE_TIMEOUT_MS = 5000;

/**
 * What an answer came to, or "late" when it did not come within `ms`. What was asked of the database may still happen
 * there; for a key that counts its session, which the next request of that session then finds counted.
 *
 * The timer is never cleared: it ends with its request. `setTimeout`, which is Node's here, and `clearTimeout` took a
 * twentieth of the key gate's time.
 */
export function within<Answer>(ms: number, answer: Promise<Answer>): Promise<Answer | "late"> {
  return Promise.race([answer, scheduler.wait(ms).then(() => "late" as const)]);
}

/** The path is logged, not the query. */
export function timedOut(url: string): Response {
  logError(new URL(url).pathname, "the database did not respond in time");
  return problem("unavailable");
}
