import type { Env } from "../../../edge/env.ts";
import worker from "../../../edge/index.ts";
import { inspectD1, type Where } from "../../inspection/d1.ts";
import type { Fault } from "./faults.ts";
import { faultyD1 } from "./faulty-d1.ts";

/*
 * The built Worker with a clock that a test moves, over a D1 that never answers the statements which a test names, so that
 * a kill finds the Worker exactly there. With Postgres a proxy does that (test/fixtures/statement-proxy.ts). Not a part of
 * the Worker.
 */

export * from "../../../edge/index.ts";

let stopAt: RegExp | null = null;
let stopped = 0;
let aheadMs = 0;
const realNow = Date.now;
Date.now = () => realNow() + aheadMs;

/** Waits, rather than hangs: the runtime ends an invocation that waits for nothing. */
const stops: Fault = async ({ texts, send }) => {
  const at = stopAt;
  if (at === null || !texts.some((text) => at.test(text))) return send();
  stopped++;
  for (;;) await scheduler.wait(1000);
};

let wrapped: Env | null = null;

/** One environment for all invocations: the Worker keeps what it knows by its environment. */
function stoppingEnv(env: Env): Env {
  if (env.DB === undefined) return env;
  if (wrapped === null) {
    const database = faultyD1(env.DB, stops);
    wrapped = { ...env, DB: database.db };
  }
  return wrapped;
}

type Asked = { readonly table: string; readonly where: Where };

async function control(url: URL, request: Request, given: Env): Promise<Response> {
  switch (url.pathname) {
    case "/test/stop":
      stopAt = new RegExp(url.searchParams.get("at")!, url.searchParams.get("flags")!);
      break;
    case "/test/clock":
      aheadMs = Number(url.searchParams.get("ahead"));
      break;
    case "/test/cron":
      await worker.scheduled({} as never, stoppingEnv(given));
      break;
    case "/test/rows": {
      const { table, where } = await request.json<Asked>();
      return Response.json(await inspectD1(given.DB!).rows(table, where));
    }
  }
  return Response.json({ stopped });
}

export default {
  fetch(request: Request, given: Env, execution: ExecutionContext): Promise<Response> {
    const url = new URL(request.url);
    if (url.pathname.startsWith("/test/")) return control(url, request, given);
    return worker.fetch(request as never, stoppingEnv(given), execution);
  },

  queue: (batch: MessageBatch<unknown>, given: Env): Promise<void> => worker.queue(batch, stoppingEnv(given)),
};
