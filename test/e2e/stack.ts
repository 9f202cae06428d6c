import { createReadStream } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { V4WorkerOptions } from "miniflare";
import { Upload } from "tus-js-client";
import { bodyOf, type Client, createClient, type IssuedToken, type Operations } from "../../client/index.ts";
import { type InspectedDatabase, type Inspection, inspectD1 } from "../inspection/d1.ts";
import {
  chosenDatabase,
  createPostgresDatabase,
  type DatabaseKind,
  type PostgresDatabase,
} from "./postgres-database.ts";
import { type ProcessorProcess, startProcessor } from "./processor-process.ts";
import { newState, type Outbound, runWorker } from "./run-worker.ts";
import { TEST_SECRETS } from "./test-secrets.ts";

/*
 * The whole system on this machine, as `npm start` runs it: the Worker with its bindings in workerd, and a processor
 * process that reaches its buckets by S3, and its jobs by the job API on D1 or in the database on Postgres. State is gone
 * when it stops, unless the test made it.
 */

export type Part = { readonly videoPostId: string; readonly fileIndex: number };

export type Stack = {
  readonly origin: string;
  readonly adminKey: string;
  /** Uploads a local file over tus and waits until it plays; throws with the reason when it fails. */
  ingest(path: string, options?: { title?: string; access?: "POLICY" | "PUBLIC" }): Promise<Part>;
  /** Uploads a local file over tus; returns the upload's id. */
  upload(path: string): Promise<string>;
  /** The API with the administrator's key. */
  readonly client: Client;
  /** The API without credentials, as an anonymous viewer calls it. */
  readonly viewer: Client;
  /** A token of the part that a site issues. */
  token(part: Part, more?: Partial<TokenRequest>): Promise<IssuedToken>;
  /** The Worker's own bindings, for looking behind the API. */
  bindings(): Promise<{ SOURCE: Bucket; PLAYBACK: Bucket }>;
  readonly bucket: (binding: "SOURCE" | "PLAYBACK") => Promise<Bucket>;
  /** What no port shows and no code of ours does. */
  database(): Promise<Inspection>;
  /** Where the database is a Postgres. */
  readonly databaseUrl: string | null;
  /** Where another Worker answers, if it has a direct socket. */
  directUrl(worker: string): Promise<URL>;
  /** What the Worker has logged so far. */
  logs(): unknown[];
  /** Runs the Cron Trigger once; what of it fails is in the Worker's log. */
  scheduled(): Promise<void>;
  stop(): Promise<void>;
};

/** The little of R2 that tests use. */
type Bucket = {
  list(options: { cursor?: string }): Promise<{ objects: { key: string }[]; truncated: boolean; cursor?: string }>;
  get(key: string): Promise<{ arrayBuffer(): Promise<ArrayBuffer> } | null>;
  put(key: string, value: string | Uint8Array | ArrayBuffer): Promise<unknown>;
  delete(key: string): Promise<unknown>;
};

type TokenRequest = Operations["issueToken"]["input"]["body"];

export type StackOptions = {
  /** Settings beside the secrets; DEMO_VIEWERS is on unless this says otherwise. */
  readonly settings?: Record<string, string>;
  readonly processor?: boolean;
  /** That of the whole run, unless the test names one. One that the test made remains. */
  readonly database?: DatabaseKind | PostgresDatabase;
  /** A folder that `newState` made, with what an earlier stack stored in it. It remains. */
  readonly state?: string;
  /** The Worker of the containers. */
  readonly containers?: V4WorkerOptions;
  /** Answers what the Worker asks of the network. */
  readonly outbound?: Outbound;
};

export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const logs: unknown[] = [];
  const settings = { DEMO_VIEWERS: "enabled", ...options.settings };
  const state = options.state ?? (await temporaryState());
  const database = options.database ?? chosenDatabase();
  const postgres = await openPostgres(database);
  const { origin, miniflare } = await runWorker({
    ...{ settings, state, onLog: (line) => logs.push(line) },
    ...(postgres === null ? {} : { postgres: postgres.url }),
    ...(options.containers === undefined ? {} : { containers: options.containers }),
    ...(options.outbound === undefined ? {} : { outbound: options.outbound }),
  });
  const databaseUrl = postgres?.url ?? null;
  const processor = options.processor === false ? null : await startProcessor({ origin, databaseUrl });
  const client = createClient({ baseUrl: origin, token: TEST_SECRETS.ADMIN_API_KEY });
  return {
    origin,
    adminKey: TEST_SECRETS.ADMIN_API_KEY,
    bindings: () => miniflare.getBindings(),
    bucket: async (binding) => (await miniflare.getR2Bucket(binding)) as unknown as Bucket,
    database: async () => postgres?.inspection ?? inspectD1((await miniflare.getD1Database("DB")) as InspectedDatabase),
    databaseUrl,
    directUrl: (worker) => miniflare.unsafeGetDirectURL(worker),
    logs: () => logs,
    scheduled: async () => {
      await (await miniflare.getWorker()).scheduled({ cron: "* * * * *" });
    },
    client,
    viewer: createClient({ baseUrl: origin }),
    upload: (path) => upload(origin, path),
    ingest: (path, post) => ingest(origin, client, processor, path, post),
    token: async (part, more) => bodyOf(await client.issueToken({ body: { ...part, ...more } })),
    stop: async () => {
      await processor?.stop();
      await miniflare.dispose();
      if (database === "postgres") await postgres?.drop();
      if (options.state === undefined) await rm(state, { recursive: true, force: true });
    },
  };
}

async function openPostgres(database: DatabaseKind | PostgresDatabase): Promise<PostgresDatabase | null> {
  if (database === "postgres") return createPostgresDatabase();
  return database === "d1" ? null : database;
}

async function temporaryState(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "ladderlock-stack-"));
  await newState(folder);
  return folder;
}

const AUTHORIZATION = { authorization: `Bearer ${TEST_SECRETS.ADMIN_API_KEY}` };

async function ingest(
  origin: string,
  client: Client,
  processor: ProcessorProcess | null,
  path: string,
  { title = basename(path), access = "POLICY" }: { title?: string; access?: "POLICY" | "PUBLIC" } = {},
): Promise<Part> {
  const uploadId = await upload(origin, path);
  const uploadFileList = [{ uploadId, fileName: basename(path) }];
  const post = { title, resourceType: "VIDEO", autoPublish: true, access, uploadFileList } as const;
  const { videoPostId } = bodyOf(await client.createVideoPost({ body: post }));
  await published(client, processor, videoPostId);
  return { videoPostId, fileIndex: 0 };
}

async function upload(origin: string, path: string): Promise<string> {
  const { size } = await stat(path);
  return new Promise((resolve, reject) => {
    const transfer = new Upload(createReadStream(path), {
      endpoint: `${origin}/api/v2/uploads`,
      headers: AUTHORIZATION,
      uploadSize: size,
      chunkSize: 8 * 1024 * 1024,
      metadata: { filename: basename(path) },
      onError: reject,
      onSuccess: () => resolve(transfer.url!.split("/").at(-1)!),
    });
    transfer.start();
  });
}

const PUBLISH_TIMEOUT_MS = 300_000;

async function published(client: Client, processor: ProcessorProcess | null, videoPostId: string): Promise<void> {
  const deadline = Date.now() + PUBLISH_TIMEOUT_MS;
  for (;;) {
    const post = bodyOf(await client.getVideoPost({ params: { videoPostId } }));
    if (post.status === "PUBLISHED") return;
    const where = `see ${processor?.logPath}`;
    if (post.status === "TRANSCODE_FAILED") throw new Error(`${post.files[0]?.failReason} (${where})`);
    if (processor?.exited()) throw new Error(`the processor exited (${where})`);
    if (Date.now() > deadline) throw new Error(`still ${post.status} (${where})`);
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}
