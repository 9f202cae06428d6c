import type { DirectDatabase } from "../../../processor/adapters/direct/direct-database.ts";
import {
  createDirectJobService,
  type DirectJobService,
} from "../../../processor/adapters/direct/direct-job-service.ts";
import type { Faults } from "../../../processor/adapters/direct/retried-service.ts";
import { createWorkerRequests } from "../../../processor/adapters/direct/worker-requests.ts";
import { createWorkerSettings } from "../../../processor/adapters/direct/worker-settings.ts";
import { openProcessDatabase } from "../../../shared/persistence/pg/process-database.ts";
import { PROCESSOR_TOKEN } from "./internal-worker-type.ts";

type Options = {
  readonly url: string;
  readonly fetch: (request: Request) => Promise<Response>;
  readonly now?: () => number;
  /** Of the clock that says how old the settings are. */
  readonly clock?: () => number;
  readonly connections?: number;
  readonly migrations?: readonly string[];
  readonly sleep?: Faults["sleep"];
  /** Puts faults between the job service and the database. */
  readonly faulty?: (database: DirectDatabase) => DirectDatabase;
};

export type DirectProcessor = DirectJobService & {
  readonly warnings: unknown[];
  end(): Promise<void>;
};

/** A processor's job service over this database and this Worker. By default nothing waits between its tries. */
export function openDirect({ url, fetch, now = Date.now, ...more }: Options): DirectProcessor {
  const { clock = () => performance.now(), connections = 3, migrations = [], sleep = async () => {} } = more;
  const client = { connectionString: url, application_name: "processor" };
  const opened = openProcessDatabase({ ...client, max: connections }, () => {});
  const database = more.faulty?.(opened) ?? opened;
  const worker = createWorkerRequests({
    ...{ serviceUrl: "https://video.example", processorToken: PROCESSOR_TOKEN, fetch },
    sleep: async (...pause) => void (await sleep(...pause)),
  });
  const settings = createWorkerSettings({ worker, database, migrations, now: clock, random: Math.random });
  const warnings: unknown[] = [];
  const log = { warn: (fields: { readonly err?: unknown }) => warnings.push(fields.err) } as never;
  const direct = createDirectJobService({ database, worker, settings, log, now, sleep, random: () => 0.5 });
  return { ...direct, warnings, end: opened.end };
}
