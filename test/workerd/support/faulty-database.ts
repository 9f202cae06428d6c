import type { DatabaseBindings } from "../../../edge/database.ts";
import type { Fault, FaultMeter } from "./faults.ts";
import { faultyD1 } from "./faulty-d1.ts";
import { faultyPg } from "./faulty-pg.ts";
import { testEnv } from "./test-env.ts";

export type FaultyDatabase = FaultMeter & {
  /** In the place of the bindings of the test file. */
  readonly bindings: DatabaseBindings;
};

/** The database of the test file, which counts what is sent to it and fails when a test wants it to. */
export function faultyDatabase(first: Fault | null = null): FaultyDatabase {
  const { HYPERDRIVE } = testEnv;
  if (HYPERDRIVE === undefined) {
    const { db, ...meter } = faultyD1(testEnv.DB, first);
    return { ...meter, bindings: { DB: db } };
  }
  const { hyperdrive, ...meter } = faultyPg(HYPERDRIVE, first);
  return { ...meter, bindings: { HYPERDRIVE: hyperdrive } };
}
