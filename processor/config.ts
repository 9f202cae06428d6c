import { hostname, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { validate as isCron } from "node-cron";
import { z } from "zod";

export type ProcessorConfig = {
  readonly serviceUrl: string;
  readonly processorToken: string;
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
  readonly maxSourceBytes: number;
  readonly maxDurationSeconds: number;
  /** `host:port` of addresses that a source may come from although they are not public. */
  readonly sourceAllowHosts: ReadonlySet<string>;
  readonly stopSeconds: number;
  readonly logLevel: string;
  /** The name that people see as the holder of a lease. */
  readonly owner: string;
};

/** What is in force, or every problem at once, each a line that says what to set. */
export type ConfigOutcome =
  | { readonly kind: "valid"; readonly config: ProcessorConfig }
  | { readonly kind: "invalid"; readonly problems: readonly string[] };

const X264_PRESETS = ["ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow"];
const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"];

const required = (hint: string) => z.string({ error: `is missing: set it to ${hint}` });

const httpUrl = (hint: string) =>
  required(hint)
    .refine(isHttpUrl, { error: `is not an http or https address: set it to ${hint}` })
    .transform((value) => value.replace(/\/+$/, ""));

const number = (preset: number, smallest: number, largest: number, whole = true) => {
  const error = `must be a ${whole ? "whole " : ""}number from ${smallest} to ${largest} (default ${preset})`;
  const bounded = z.number({ error }).min(smallest, { error }).max(largest, { error });
  return z.preprocess(
    (value) => (value === undefined ? preset : Number(value)),
    whole ? bounded.refine(Number.isSafeInteger, { error }) : bounded,
  );
};

const choice = (preset: string, values: readonly string[]) =>
  z
    .string()
    .default(preset)
    .refine((value) => values.includes(value), { error: `must be one of ${values.join(", ")} (default ${preset})` });

const hostAndPort = /^(\[[0-9a-f:.]+\]|[^\s:/@?#[\]]+):([1-9]\d{0,4})$/i;

const environmentSchema = z.object({
  LADDERLOCK_URL: httpUrl("the address of the Worker, such as https://video.example.com"),
  PROCESSOR_TOKEN: required("the secret that the Worker has under the same name"),
  S3_ENDPOINT: httpUrl("the S3 address of the object store, such as https://<account>.r2.cloudflarestorage.com"),
  S3_REGION: z.string().default("auto"),
  S3_ACCESS_KEY_ID: required("an access key that may read and write both buckets"),
  S3_SECRET_ACCESS_KEY: required("the secret of S3_ACCESS_KEY_ID"),
  SOURCE_BUCKET: required("the name of the private bucket of uploads and clear renditions"),
  PLAYBACK_BUCKET: required("the name of the bucket of encrypted segments"),
  WORK_DIR: z.string().default(join(tmpdir(), "ladderlock-processor")),
  FFMPEG_PATH: z.string().default("ffmpeg"),
  FFPROBE_PATH: z.string().default("ffprobe"),
  POLL_SECONDS: number(2, 0.05, 3600, false),
  HEARTBEAT_SECONDS: number(20, 0.05, 3600, false),
  CONCURRENCY: number(1, 1, 64),
  X264_PRESET: choice("veryfast", X264_PRESETS),
  X264_CRF: number(23, 0, 51, false),
  UPLOAD_CONCURRENCY: number(4, 1, 64),
  SCAN_CRON: z.string().default("* * * * *").refine(isCron, { error: "is not a cron expression (default * * * * *)" }),
  MAX_SOURCE_BYTES: number(50 * 2 ** 30, 1, Number.MAX_SAFE_INTEGER),
  MAX_DURATION_SECONDS: number(12 * 3600, 1, 7 * 24 * 3600),
  SOURCE_ALLOW_HOSTS: z
    .string()
    .default("")
    .transform((list) => list.split(",").map((entry) => entry.trim().toLowerCase()))
    .transform((entries) => entries.filter((entry) => entry !== ""))
    .refine((entries) => entries.every((entry) => hostAndPort.test(entry)), {
      error: "must be host:port entries with commas between them, such as media.internal:8080",
    }),
  STOP_SECONDS: number(20, 1, 3600),
  LOG_LEVEL: choice("info", LOG_LEVELS),
});

/** Reads the whole configuration of the processor, once; nothing else looks at the environment. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): ConfigOutcome {
  // An empty variable is one that somebody forgot to fill in, not a setting.
  const given = Object.entries(environment).filter(([, value]) => value?.trim());
  const parsed = environmentSchema.safeParse(Object.fromEntries(given.map(([name, value]) => [name, value?.trim()])));
  if (parsed.success) return { kind: "valid", config: configOf(parsed.data) };
  return { kind: "invalid", problems: parsed.error.issues.map((issue) => `${String(issue.path[0])} ${issue.message}`) };
}

function configOf(env: z.output<typeof environmentSchema>): ProcessorConfig {
  return {
    serviceUrl: env.LADDERLOCK_URL,
    processorToken: env.PROCESSOR_TOKEN,
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
    maxSourceBytes: env.MAX_SOURCE_BYTES,
    maxDurationSeconds: env.MAX_DURATION_SECONDS,
    sourceAllowHosts: new Set(env.SOURCE_ALLOW_HOSTS),
    stopSeconds: env.STOP_SECONDS,
    logLevel: env.LOG_LEVEL,
    owner: `${hostname()}/${process.pid}`.slice(0, 200),
  };
}

function isHttpUrl(value: string): boolean {
  return URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
}
