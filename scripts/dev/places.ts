import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The project's folder. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Everything that a local run leaves behind is in this one folder, which git ignores; deleting it starts afresh. */
const STATE = join(ROOT, ".ladderlock");

export const PLACES = {
  folder: STATE,
  /** D1, R2, Durable Objects and Queues of the local Worker with D1. */
  workerState: join(STATE, "state"),
  work: join(STATE, "work"),
  logs: join(STATE, "logs"),
  workerLog: join(STATE, "logs/worker.log"),
  processorLog: join(STATE, "logs/processor.log"),
  /** The data of the embedded Postgres, and what belongs to it. */
  postgres: join(STATE, "postgres"),
  postgresUrl: join(STATE, "postgres/url"),
  postgresLog: join(STATE, "logs/postgres.log"),
  sample: join(STATE, "sample.mp4"),
  ingested: join(STATE, "ingested.json"),
  running: join(STATE, "running.json"),
  devVars: join(ROOT, ".dev.vars"),
  migrations: join(ROOT, "migrations/d1"),
} as const;
