import type { MiddlewareHandler } from "hono";
import { problem } from "../http-errors.ts";

/**
 * How long a viewer waits for the database. hls.js gives up on a key after 8 s and then asks only once more, while a 503
 * it asks again eight times: so the 503 must come first, with room for slow networks on both sides.
 */
export const DATABASE_PATIENCE_MS = 5000;

/**
 * 503 with Retry-After when there is no answer within `ms`. What was asked of the database may still happen there; for a
 * key that counts its session, which the next request of that session then finds counted.
 *
 * The timer is never cleared: it ends with its request. `setTimeout`, which is Node's here, and `clearTimeout` took a
 * twentieth of the key gate's time.
 */
export function answerWithin(ms: number): MiddlewareHandler {
  return async (c, next) => {
    const late = scheduler.wait(ms).then(() => "late" as const);
    if ((await Promise.race([next(), late])) !== "late") return undefined;
    console.error(JSON.stringify({ at: c.req.path, error: `no answer within ${ms} ms` }));
    return problem("unavailable");
  };
}
