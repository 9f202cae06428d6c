import type { Persistence } from "../../application/persistence.ts";
import type { JobRules } from "../../domain/job/transcode-job.ts";
import { type ClientOptions, pooledClients } from "./clients.ts";
import { openDatabase } from "./database.ts";
import { kindOfFault, namingFaults } from "./faults.ts";
import { pgPersistence } from "./persistence.ts";
import { holdingMark } from "./service/connection-mark.ts";
import { pgServiceState } from "./service/service-state.ts";

/**
 * Postgres for a process that lives long: everything but notifications (`listen.ts`). Opens no connection until the first
 * call. `onError` learns of connections that fail while they are idle.
 */
export function openProcessDatabase(
  options: ClientOptions & { readonly max: number },
  onError: (error: Error) => void,
) {
  const pool = pooledClients(options, onError);
  const connect = namingFaults(pool.connect);
  const { appliedMigrations } = pgServiceState(openDatabase(connect));
  return {
    persistence: (rules: JobRules): Persistence => pgPersistence(connect, rules),
    appliedMigrations,
    holdingMark: <T>(mark: number, work: () => Promise<T>) => holdingMark(connect, mark, work),
    kindOfFault,
    end: pool.end,
  };
}
