import type { Env } from "../../../edge/env.ts";
import worker from "../../../edge/index.ts";
import { type Fault, hangs, throws } from "./faults.ts";
import { type FaultyD1, faultyD1 } from "./faulty-d1.ts";

/*
 * The built Worker as one of several isolates: what it sends to D1 and to Durable Objects is counted, and D1 fails when a
 * test says so. With Postgres a proxy does that (test/fixtures/statement-proxy.ts). Not a part of the Worker.
 */

export * from "../../../edge/index.ts";

type Counted = {
  readonly env: Env;
  readonly calls: () => number;
  readonly database: FaultyD1 | null;
  state: string | null;
};

let counted: Counted | null = null;

/** Held, no reading counts as slow, however busy the machine is. */
let clockHeldAt: number | null = null;
const realNow = Date.now;
Date.now = () => clockHeldAt ?? realNow();

/** One environment for all requests: the Worker keeps what it knows by its environment. */
function countedOnce(env: Env): Counted {
  if (counted !== null) return counted;
  let calls = 0;
  const database = env.DB === undefined ? null : faultyD1(env.DB);
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
  counted = {
    env: { ...env, ...(database === null ? {} : { DB: database.db }), PLAY_COUNTER: counters as never },
    calls: () => calls,
    database,
    state: null,
  };
  return counted;
}

export default {
  async fetch(request: Request, given: Env, execution: ExecutionContext): Promise<Response> {
    const isolate = countedOnce(given);
    const { env, calls, database } = isolate;
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/test/object-calls") return Response.json(calls());
    if (pathname === "/test/counts") {
      return Response.json({ statements: database?.statements(), trips: database?.trips() });
    }
    if (pathname === "/test/hold-clock") {
      clockHeldAt = realNow();
      return new Response(null, { status: 204 });
    }
    if (pathname !== "/test/database") return worker.fetch(request as never, env, execution);
    setDatabase(isolate, searchParams.get("is"));
    return new Response(null, { status: 204 });
  },
};

function setDatabase(isolate: Counted, state: string | null): void {
  isolate.state = state;
  isolate.database?.fail(faultOf(isolate, state));
}

function faultOf(isolate: Counted, state: string | null): Fault | null {
  switch (state) {
    case "away":
      return throws("D1_ERROR: Network connection lost.");
    case "hanging":
      return hangs;
    case "held":
      return async ({ send }) => {
        while (isolate.state === state) await scheduler.wait(2);
        return send();
      };
    default:
      return null;
  }
}
