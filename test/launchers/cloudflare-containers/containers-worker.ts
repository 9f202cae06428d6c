import { join } from "node:path";
import {
  convertV4MiniflareOptions,
  Log,
  LogLevel,
  Miniflare,
  type Request,
  type Response,
  type V4WorkerOptions,
} from "miniflare";
import { unstable_getMiniflareWorkerOptions, unstable_readConfig } from "wrangler";
import { bundled } from "../../fixtures/isolates/built-worker.ts";
import type { FakePlatform } from "./fake-platform.ts";

const ROOT = join(import.meta.dirname, "../../..");

export const CONTAINERS_CONFIG = join(ROOT, "infra/cloudflare-containers/wrangler.toml");

export const CONTAINERS_SECRETS = {
  PROCESSOR_TOKEN: "test-processor-token-0123456789abcdef",
  S3_ACCESS_KEY_ID: "local",
  S3_SECRET_ACCESS_KEY: "local-development-only",
};

export type Handler = (request: Request) => Response | Promise<Response>;

export type ContainersOptions = {
  readonly platform: FakePlatform;
  /** Beside those of wrangler.toml and the secrets. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The Worker of ladderlock: its name, or what answers in its place. */
  readonly ladderlock: string | Handler;
  /** Answers what leaves for any other host. */
  readonly internet?: Handler;
};

let script: Promise<string> | undefined;

/** The Worker of the containers as wrangler.toml describes it, with `ctx.container` from the fake. */
export async function containersWorker(options: ContainersOptions): Promise<V4WorkerOptions> {
  script ??= bundled(join(import.meta.dirname, "worker/faked-worker.ts"));
  const config = unstable_readConfig({ config: CONTAINERS_CONFIG }, { hideWarnings: true });
  // The engine of containers is the fake.
  const { workerOptions } = unstable_getMiniflareWorkerOptions({ ...config, containers: [] });
  const own = workerOptions as unknown as V4WorkerOptions;
  return {
    ...own,
    name: "ladderlock-containers",
    modules: [{ type: "ESModule", path: "main.js", contents: await script }],
    bindings: { ...own.bindings, ...CONTAINERS_SECRETS, ...options.settings },
    serviceBindings: { LADDERLOCK: options.ladderlock, PLATFORM: options.platform.handler },
    ...(options.internet === undefined ? {} : { outboundService: options.internet }),
    // Where containers leave, whose requests have to arrive as they were sent.
    unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
  } as V4WorkerOptions;
}

export async function startContainersWorker(options: ContainersOptions): Promise<Miniflare> {
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      ...{ host: "127.0.0.1", port: 0, log: new Log(LogLevel.NONE), cf: false, handleStructuredLogs: () => undefined },
      workers: [await containersWorker(options)],
    }),
  );
  await miniflare.ready;
  return miniflare;
}
