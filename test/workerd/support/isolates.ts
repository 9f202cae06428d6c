import type { Fetcher } from "../../../edge/auth/viewers/issuer-keys.ts";
import type { Fault } from "./faults.ts";
import { faultyDatabase } from "./faulty-database.ts";
import { startWorker, type TestWorker } from "./worker.ts";

export type Isolate = TestWorker & {
  /** Round trips to the database. */
  readonly trips: () => number;
  pass(ms: number): void;
  /** What requests to the database meet from now on; null for nothing. */
  fail(fault: Fault | null): void;
};

/** An isolate whose time passes when the test says so; clocks of Workers differ by up to 5 s. */
export function startIsolate(settings: Record<string, string> = {}, clockMs = 0, fetch?: Fetcher): Isolate {
  let at = Date.now() + clockMs;
  const { bindings, trips, fail } = faultyDatabase();
  const worker = startWorker({ ...bindings, ...settings }, { now: () => at, ...(fetch && { fetch }) });
  const pass = (ms: number) => {
    at += ms;
  };
  return Object.assign(worker, { trips, pass, fail });
}
