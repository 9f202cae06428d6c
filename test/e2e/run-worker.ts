import { cp } from "node:fs/promises";
import {
  convertV4MiniflareOptions,
  Log,
  LogLevel,
  Miniflare,
  type Request,
  type Response,
  type V4WorkerdStructuredLog,
  type V4WorkerOptions,
} from "miniflare";
import { builtWorker, bundled } from "../fixtures/isolates/built-worker.ts";
import { pooledUrl } from "./postgres-database.ts";
import { TEST_SECRETS } from "./test-secrets.ts";

export type Outbound = (request: Request) => Promise<Response>;

export type RunningWorker = {
  /** Of the Worker and, below /cdn-cgi/local, of local R2's S3. */
  readonly origin: string;
  readonly miniflare: Miniflare;
};

export type WorkerRun = {
  /** Beside those of wrangler.toml and the secrets. */
  readonly settings: Record<string, string>;
  readonly onLog: (line: V4WorkerdStructuredLog) => void;
  readonly port?: number;
  /** The folder of what the bindings store, as `newState` makes it. */
  readonly state: string;
  /** A module of the tests around the Worker, which it imports as edge/index.ts. */
  readonly main?: string;
  /** The URL of its database. Without one, the Worker has D1 in its folder. */
  readonly postgres?: string;
  /** The Worker of the containers, which is bound to it as CONTAINERS. */
  readonly containers?: V4WorkerOptions;
  /** Answers what the Worker asks of the network. */
  readonly outbound?: Outbound;
};

/** Gives a folder the tables of a deployment, and nothing in them. */
export async function newState(folder: string): Promise<void> {
  await cp((await builtWorker()).state, folder, { recursive: true });
}

/** The Worker as it is built for a deployment, with the bindings of wrangler.toml, in its own workerd. */
export async function runWorker({
  settings,
  onLog,
  port = 0,
  state,
  main,
  postgres,
  containers,
  outbound,
}: WorkerRun): Promise<RunningWorker> {
  const { script, options } = await builtWorker();
  const around =
    main === undefined ? [] : [{ type: "ESModule" as const, path: "main.js", contents: await bundled(main) }];
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      ...{ host: "127.0.0.1", port, log: new Log(LogLevel.NONE), handleStructuredLogs: onLog },
      // Else Miniflare asks the network for the properties of a sample request.
      cf: false,
      resourcePersistencePath: state,
      workers: [
        {
          ...withDatabase(options, postgres),
          name: "ladderlock",
          modules: [...around, { type: "ESModule", path: "index.js", contents: script }],
          bindings: { ...options.bindings, ...TEST_SECRETS, ...settings },
          queueConsumers: withoutWaiting(options.queueConsumers as Consumers),
          ...(containers === undefined
            ? {}
            : { serviceBindings: { ...options.serviceBindings, CONTAINERS: containers.name! } }),
          ...(outbound === undefined ? {} : { outboundService: outbound }),
        },
        ...(containers === undefined ? [] : [containers]),
      ],
    }),
  );
  const url = await miniflare.ready;
  return { origin: `http://127.0.0.1:${url.port}`, miniflare };
}

/** As in the configuration for Postgres, which has a Hyperdrive in the place of D1. */
function withDatabase({ d1Databases, ...others }: V4WorkerOptions, postgres: string | undefined): V4WorkerOptions {
  if (postgres !== undefined) return { ...others, hyperdrives: { HYPERDRIVE: pooledUrl(postgres) } } as V4WorkerOptions;
  return { ...others, ...(d1Databases === undefined ? {} : { d1Databases }) } as V4WorkerOptions;
}

type Consumers = Record<string, { maxBatchTimeout?: number }>;

/** A message waits a second for others, as in the tests of the `workerd` project. */
function withoutWaiting(consumers: Consumers): Consumers {
  const entries = Object.entries(consumers).map(([name, consumer]) => [name, { ...consumer, maxBatchTimeout: 1 }]);
  return Object.fromEntries(entries);
}
