import { openPersistence } from "../../../edge/database.ts";
import type { Persistence } from "../../../shared/application/persistence.ts";
import { STANDARD_JOB_RULES } from "../../../shared/domain/job/transcode-job.ts";
import { emptyTables } from "../../inspection/pg.ts";
import { openD1Persistence } from "./d1-persistence.ts";
import { inspecting } from "./inspection.ts";
import { testEnv } from "./test-env.ts";

/** The database of the test file, emptied, for a suite that needs nothing but the ports. */
export async function openEmptyPersistence(): Promise<Persistence> {
  const { HYPERDRIVE } = testEnv;
  if (HYPERDRIVE === undefined) return openD1Persistence();
  await emptyTables(inspecting(HYPERDRIVE));
  return openPersistence({ HYPERDRIVE }, STANDARD_JOB_RULES);
}
