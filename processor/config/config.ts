import { hostname, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { validate as isCron } from "node-cron";
import { z } from "zod";
import { hostList, portOrNone, postgresUrlOrNone } from "./parse-values.ts";
import {
  choice,
  decimal,
  optionalText,
  parsed,
  required,
  requiredUrl,
  type Setting,
  text,
  trueOrFalse,
  wholeNumber,
} from "./setting.ts";

export type ProcessorConfig = {
  readonly serviceUrl: string;
  readonly processorToken: string;
  /** Null: jobs come from the Worker. */
  readonly databaseUrl: string | null;
  readonly databaseConnections: number;
  readonly objectStore: {
    readonly endpoint: string;
    readonly region: string;
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
  };
  readonly sourceBucket: string;
  readonly playbackBucket: string;
  readonly workDirectory: string;
  readonly ffmpegPath: string;
  readonly ffprobePath: string;
  readonly pollSeconds: number;
  readonly heartbeatSeconds: number;
  readonly concurrency: number;
  readonly x264Preset: string;
  readonly x264Crf: number;
  readonly uploadConcurrency: number;
  readonly scanCron: string;
  /** Null: never. */
  readonly gcCron: string | null;
  readonly gcMinAgeHours: number;
  readonly maxSourceBytes: number;
  readonly maxDurationSeconds: number;
  readonly sourceMaxSeconds: number;
  readonly sourceMinBytesPerSecond: number;
  readonly maxConvertFactor: number;
  readonly maxConvertSeconds: number;
  /** Null: no limit. */
  readonly ffmpegMemoryBytes: number | null;
  readonly minFreeDiskBytes: number;
  /** `host:port` of addresses that a source may come from although they are not public. */
  readonly sourceAllowHosts: ReadonlySet<string>;
  readonly stopSeconds: number;
  /** Null: nothing listens. */
  readonly metricsPort: number | null;
  readonly metricsHost: string;
  readonly logLevel: string;
  /** What `run` does when it is given no job. */
  readonly videoJobId: string | null;
  /** Whether `run` claims the encrypt job of its part after the transcode job. */
  readonly runFollowUp: boolean;
  /** The name that people see as the holder of a lease. */
  readonly owner: string;
};

/** What a command needs that is a client of the API and of nothing else. */
export type OperatorConfig = { readonly serviceUrl: string; readonly adminApiKey: string };

/** What is in force, or every problem at once, each a line that says what to set. */
export type ConfigOutcome<Config = ProcessorConfig> =
  | { readonly kind: "valid"; readonly config: Config }
  | { readonly kind: "invalid"; readonly problems: readonly string[] };

const X264_PRESETS = ["ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow"];
const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"];

const SERVICE_URL = requiredUrl("the address of the Worker, such as https://video.example.com");

/** All there is, in the order in which it is shown. */
export const SETTINGS = {
  LADDERLOCK_URL: SERVICE_URL,
  PROCESSOR_TOKEN: required("the PROCESSOR_TOKEN of the Worker"),
  DATABASE_URL: parsed(
    "",
    "must be postgres://user:password@host:port/name",
    {
      meaning:
        "the Postgres of the Worker, for jobs without polls: `postgres://user:password@host:port/name`; empty for D1",
    },
    postgresUrlOrNone,
  ),
  DATABASE_CONNECTIONS: wholeNumber({
    ...{ preset: 3, from: 2, to: 64, unit: "connections" },
    meaning: "most connections to DATABASE_URL for statements; one more listens for jobs",
  }),
  S3_ENDPOINT: requiredUrl("the S3 address of the object store, such as https://<account>.r2.cloudflarestorage.com"),
  S3_REGION: text("auto", "region of the object store"),
  S3_ACCESS_KEY_ID: required("an access key that may read and write both buckets"),
  S3_SECRET_ACCESS_KEY: required("the secret of S3_ACCESS_KEY_ID"),
  SOURCE_BUCKET: required("the name of the private bucket of uploads and clear renditions"),
  PLAYBACK_BUCKET: required("the name of the bucket of encrypted segments"),
  WORK_DIR: {
    ...text(join(tmpdir(), "ladderlock-processor"), "work directory; needs space for a source and its ladder"),
    preset: "ladderlock-processor in the system's temporary directory",
  },
  FFMPEG_PATH: text("ffmpeg", "path to ffmpeg"),
  FFPROBE_PATH: text("ffprobe", "path to ffprobe"),
  POLL_SECONDS: decimal({
    preset: 2,
    from: 0.05,
    to: 3600,
    unit: "seconds",
    meaning: "interval between job polls",
  }),
  HEARTBEAT_SECONDS: decimal({
    ...{ preset: 20, from: 0.05, to: 3600, unit: "seconds" },
    meaning: "interval between heartbeats; shortened if the lease is less than twice as long",
  }),
  CONCURRENCY: wholeNumber({ preset: 1, from: 1, to: 64, unit: "jobs", meaning: "jobs at the same time" }),
  X264_PRESET: choice("veryfast", X264_PRESETS, "x264 preset: speed against file size"),
  X264_CRF: decimal({
    preset: 23,
    from: 0,
    to: 51,
    meaning: "x264 constant rate factor: lower is better and larger",
  }),
  UPLOAD_CONCURRENCY: wholeNumber({
    ...{ preset: 4, from: 1, to: 64, unit: "requests" },
    meaning: "segments uploaded at the same time",
  }),
  SCAN_CRON: parsed(
    "* * * * *",
    "is not a cron expression (default * * * * *)",
    { meaning: "schedule for requeueing jobs of dead processors; the Worker's Cron Trigger does it too" },
    (value) => (isCron(value) ? value : undefined),
  ),
  GC_CRON: parsed(
    "17 4 * * *",
    "is not a cron expression (default 17 4 * * *; empty for never)",
    { meaning: "schedule of the garbage collection of `serve`, in local time; empty for never" },
    (value) => (value === "" ? null : isCron(value) ? value : undefined),
  ),
  GC_MIN_AGE_HOURS: decimal({
    ...{ preset: 24, from: 0, to: 8760, unit: "hours" },
    meaning: "minimum age before a prefix may be collected; must be longer than any lease",
  }),
  MAX_SOURCE_BYTES: wholeNumber({
    ...{ preset: 50 * 2 ** 30, from: 1, to: Number.MAX_SAFE_INTEGER, unit: "bytes" },
    meaning: "largest source",
  }),
  MAX_DURATION_SECONDS: wholeNumber({
    ...{ preset: 12 * 3600, from: 1, to: 7 * 24 * 3600, unit: "seconds" },
    meaning: "longest source",
  }),
  SOURCE_MAX_SECONDS: wholeNumber({
    ...{ preset: 4 * 3600, from: 1, to: 7 * 24 * 3600, unit: "seconds" },
    meaning: "longest download of a source, interruptions included",
  }),
  SOURCE_MIN_BYTES_PER_SECOND: wholeNumber({
    ...{ preset: 16 * 1024, from: 0, to: 2 ** 30, unit: "bytes per second" },
    meaning: "slowest download, averaged over a minute; a slower one is retried later",
  }),
  MAX_CONVERT_FACTOR: decimal({
    ...{ preset: 40, from: 0.1, to: 10_000 },
    meaning: "seconds of conversion allowed per second of source, in addition to 20 minutes for every file",
  }),
  MAX_CONVERT_SECONDS: wholeNumber({
    ...{ preset: 2 * 86_400, from: 60, to: 24 * 86_400, unit: "seconds" },
    meaning: "longest conversion of any source; a longer one fails the job",
  }),
  FFMPEG_MEMORY_BYTES: wholeNumber({
    ...{ preset: 4 * 2 ** 30, from: 0, to: Number.MAX_SAFE_INTEGER, unit: "bytes" },
    meaning: "memory limit of one ffmpeg, in addition to 128 MiB per core; 0 for no limit; requires prlimit",
  }),
  MIN_FREE_DISK_BYTES: wholeNumber({
    ...{ preset: 2 ** 30, from: 0, to: Number.MAX_SAFE_INTEGER, unit: "bytes" },
    meaning: "free space to keep on the WORK_DIR volume",
  }),
  SOURCE_ALLOW_HOSTS: parsed(
    "",
    "must be host:port entries separated by commas, such as media.internal:8080",
    { meaning: "private addresses that sources may come from: host:port entries separated by commas" },
    hostList,
  ),
  STOP_SECONDS: wholeNumber({
    ...{ preset: 20, from: 1, to: 3600, unit: "seconds" },
    meaning: "longest time from SIGTERM or SIGINT to the exit; the platform must wait longer before it kills",
  }),
  METRICS_PORT: parsed(
    "",
    "must be a port from 1 to 65535 (empty for none)",
    { meaning: "port of /healthz and /metrics of `serve`; empty for none" },
    portOrNone,
  ),
  METRICS_HOST: text("127.0.0.1", "address that METRICS_PORT listens on; 0.0.0.0 in a container"),
  LOG_LEVEL: choice("info", LOG_LEVELS, "minimum log level"),
  VIDEO_JOB_ID: optionalText("job that `run` runs if none is given"),
  RUN_FOLLOW_UP: trueOrFalse(true, "whether `run` of a transcode job also runs the encrypt job that follows"),
} satisfies Record<string, Setting>;

/** Read by `ladderlock import`, and by the commands that speak to the API alone. */
export const OPERATOR_SETTINGS = {
  LADDERLOCK_URL: SERVICE_URL,
  ADMIN_API_KEY: required("an API key of the Worker"),
} satisfies Record<string, Setting>;

/** Those for which empty means something; any other empty variable counts as missing. */
const MAY_BE_EMPTY = ["GC_CRON", "METRICS_PORT", "DATABASE_URL"];

const environmentSchema = schemaOf(SETTINGS);
const operatorSchema = schemaOf(OPERATOR_SETTINGS);

/** Reads the whole configuration of the processor, once; nothing else looks at the environment. */
export function readConfig(environment: Environment): ConfigOutcome {
  return readEnvironment(environment, environmentSchema, configOf);
}

export function readOperatorConfig(environment: Environment): ConfigOutcome<OperatorConfig> {
  return readEnvironment(environment, operatorSchema, (env) => ({
    serviceUrl: env.LADDERLOCK_URL,
    adminApiKey: env.ADMIN_API_KEY,
  }));
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** The variables that a command reads, as its configuration; or every problem with them. */
export function readEnvironment<S extends z.ZodType, C>(
  environment: Environment,
  schema: S,
  build: (env: z.output<S>) => C,
): ConfigOutcome<C> {
  const trimmed = Object.entries(environment).map(([name, value]) => [name, value?.trim()] as const);
  const given = trimmed.filter(([name, value]) => value || (value === "" && MAY_BE_EMPTY.includes(name)));
  const result = schema.safeParse(Object.fromEntries(given));
  if (result.success) return { kind: "valid", config: build(result.data) };
  return { kind: "invalid", problems: result.error.issues.map((issue) => `${String(issue.path[0])} ${issue.message}`) };
}

export function schemaOf<T extends Record<string, Setting>>(settings: T) {
  const schemas = Object.entries(settings).map(([name, { schema }]) => [name, schema]);
  return z.object(Object.fromEntries(schemas) as { [K in keyof T]: T[K]["schema"] });
}

function configOf(env: z.output<typeof environmentSchema>): ProcessorConfig {
  return {
    serviceUrl: env.LADDERLOCK_URL,
    processorToken: env.PROCESSOR_TOKEN,
    databaseUrl: env.DATABASE_URL,
    databaseConnections: env.DATABASE_CONNECTIONS,
    objectStore: {
      endpoint: env.S3_ENDPOINT,
      region: env.S3_REGION,
      accessKeyId: env.S3_ACCESS_KEY_ID,
      secretAccessKey: env.S3_SECRET_ACCESS_KEY,
    },
    sourceBucket: env.SOURCE_BUCKET,
    playbackBucket: env.PLAYBACK_BUCKET,
    workDirectory: resolve(env.WORK_DIR),
    ffmpegPath: env.FFMPEG_PATH,
    ffprobePath: env.FFPROBE_PATH,
    pollSeconds: env.POLL_SECONDS,
    heartbeatSeconds: env.HEARTBEAT_SECONDS,
    concurrency: env.CONCURRENCY,
    x264Preset: env.X264_PRESET,
    x264Crf: env.X264_CRF,
    uploadConcurrency: env.UPLOAD_CONCURRENCY,
    scanCron: env.SCAN_CRON,
    gcCron: env.GC_CRON,
    gcMinAgeHours: env.GC_MIN_AGE_HOURS,
    maxSourceBytes: env.MAX_SOURCE_BYTES,
    maxDurationSeconds: env.MAX_DURATION_SECONDS,
    sourceMaxSeconds: env.SOURCE_MAX_SECONDS,
    sourceMinBytesPerSecond: env.SOURCE_MIN_BYTES_PER_SECOND,
    maxConvertFactor: env.MAX_CONVERT_FACTOR,
    maxConvertSeconds: env.MAX_CONVERT_SECONDS,
    ffmpegMemoryBytes: env.FFMPEG_MEMORY_BYTES === 0 ? null : env.FFMPEG_MEMORY_BYTES,
    minFreeDiskBytes: env.MIN_FREE_DISK_BYTES,
    sourceAllowHosts: env.SOURCE_ALLOW_HOSTS,
    stopSeconds: env.STOP_SECONDS,
    metricsPort: env.METRICS_PORT,
    metricsHost: env.METRICS_HOST,
    logLevel: env.LOG_LEVEL,
    videoJobId: env.VIDEO_JOB_ID,
    runFollowUp: env.RUN_FOLLOW_UP,
    owner: `${hostname()}/${process.pid}`.slice(0, 200),
  };
}
