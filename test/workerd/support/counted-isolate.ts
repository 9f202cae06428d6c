import type { Env } from "../../../edge/env.ts";
import worker from "../../../edge/index.ts";
import { hangs, throws } from "./faults.ts";
import { faultyDatabase } from "./faulty-database.ts";

/*
 * The built Worker as one of several isolates: what it sends to the database and to Durable Objects is counted, and the
 * database fails when a test says so. Not a part of the Worker.
 */

export * from "../../../edge/index.ts";

type Counted = {
  readonly env: Env;
  readonly calls: () => number;
  readonly database: ReturnType<typeof faultyDatabase>;
};

let counted: Counted | null = null;

/** One environment for all requests: the Worker keeps what it knows by its environment. */
function countedOnce(env: Env): Counted {
  if (counted !== null) return counted;
  let calls = 0;
  const database = faultyDatabase(env.DB);
  const counters = {
    getByName: (name: string) =>
      new Proxy(env.PLAY_COUNTER.getByName(name), {
        get:
          (stub, method) =>
          (...args: unknown[]) => {
            calls++;
            return (stub as unknown as Record<string | symbol, (...args: unknown[]) => unknown>)[method]!(...args);
          },
      }),
  };
  counted = { env: { ...env, DB: database.db, PLAY_COUNTER: counters as never }, calls: () => calls, database };
  return counted;
}

export default {
  async fetch(request: Request, given: Env, execution: ExecutionContext): Promise<Response> {
    const { env, calls, database } = countedOnce(given);
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/test/counts") {
      return Response.json({ statements: database.statements(), trips: database.trips(), objectCalls: calls() });
    }
    if (pathname === "/test/reset-counts") database.reset();
    else if (pathname === "/test/database") database.fail(faultOf(searchParams));
    else return worker.fetch(request as never, env, execution);
    return new Response(null, { status: 204 });
  },
};

/** `is`: well, away or hanging; `slowMs`: what each answer takes longer. */
function faultOf(asked: URLSearchParams): Parameters<ReturnType<typeof faultyDatabase>["fail"]>[0] {
  const slowMs = Number(asked.get("slowMs") ?? 0);
  if (slowMs > 0) {
    return async ({ send }) => {
      await scheduler.wait(slowMs);
      return send();
    };
  }
  if (asked.get("is") === "away") return throws("D1_ERROR: Network connection lost.");
  return asked.get("is") === "hanging" ? hangs : null;
}
