import type { WorkOrder } from "../shared/application/protocols/job-protocol.ts";
import { decodeCheck } from "./adapters/ffmpeg/decode-check.ts";
import type { JobClient } from "./adapters/job-client.ts";
import { createObjectStore, createS3Client, type ObjectStore } from "./adapters/object-store.ts";
import { countedStore, type Traffic, UNCOUNTED } from "./adapters/traffic.ts";
import { openWorkRoot, type WorkRoot } from "./adapters/work-directory.ts";
import type { ProcessorConfig } from "./config/config.ts";
import { runEncryptJob } from "./jobs/encrypt/encrypt-job.ts";
import type { JobOutcome, JobRun } from "./jobs/loop/job-outcome.ts";
import { runRekeyJob } from "./jobs/rekey/rekey-job.ts";
import { runTranscodeJob } from "./jobs/transcode/transcode-job.ts";
import { createLogger, type Logger } from "./log.ts";
import { DEFAULT_MEDIA_LIMITS } from "./media/source/limits.ts";

type Buckets = { readonly source: ObjectStore; readonly playback: ObjectStore };

/** Everything that a run of the processor works with. */
export type ProcessorContext = AsyncDisposable &
  Buckets & {
    readonly config: ProcessorConfig;
    readonly log: Logger;
    readonly client: JobClient;
    readonly run: (order: WorkOrder, run: JobRun) => Promise<JobOutcome>;
  };

export function loggerFor(config: ProcessorConfig, more: readonly string[] = []): Logger {
  const { secretAccessKey, accessKeyId } = config.objectStore;
  const secrets = [config.processorToken, secretAccessKey, accessKeyId, ...passwordIn(config.databaseUrl), ...more];
  return createLogger({ level: config.logLevel, secrets });
}

/** As it is written in the URL, and as it is meant. The driver also takes one from the query. */
function passwordIn(url: string | null): string[] {
  if (url === null) return [];
  const { password, searchParams } = new URL(url);
  return [password, decodeURIComponent(password), ...searchParams.getAll("password")].filter((text) => text !== "");
}

/** Disposing of them closes their connections. */
export function openBuckets({ objectStore, sourceBucket, playbackBucket }: ProcessorConfig): Buckets & AsyncDisposable {
  const s3 = createS3Client(objectStore);
  return {
    source: createObjectStore(s3, sourceBucket),
    playback: createObjectStore(s3, playbackBucket),
    [Symbol.asyncDispose]: async () => s3.destroy(),
  };
}

/** Opens what the configuration names. Disposing of it removes the working files and closes the connections. */
export async function openContext(
  config: ProcessorConfig,
  log: Logger,
  client: JobClient,
  traffic: Traffic = UNCOUNTED,
): Promise<ProcessorContext> {
  const buckets = openBuckets(config);
  const counted = { source: countedStore(buckets.source, traffic), playback: countedStore(buckets.playback, traffic) };
  const { workDirectory: directory, minFreeDiskBytes: minFreeBytes } = config;
  const workRoot = await openWorkRoot({ directory, minFreeBytes, now: Date.now, log });
  return {
    config,
    log,
    client,
    source: buckets.source,
    playback: buckets.playback,
    run: jobRunner(config, client, counted, workRoot, traffic),
    [Symbol.asyncDispose]: async () => {
      await buckets[Symbol.asyncDispose]();
      await workRoot.close();
    },
  };
}

/** Which code does which kind of job. */
function jobRunner(
  config: ProcessorConfig,
  client: JobClient,
  { source, playback }: Buckets,
  workRoot: WorkRoot,
  traffic: Traffic,
): ProcessorContext["run"] {
  const tools = { ffmpeg: config.ffmpegPath, ffprobe: config.ffprobePath };
  const encoding = { crf: config.x264Crf, preset: config.x264Preset };
  const limits = {
    ...DEFAULT_MEDIA_LIMITS,
    maxSeconds: config.maxDurationSeconds,
    convertSecondsPerSecond: config.maxConvertFactor,
    convertMaxSeconds: config.maxConvertSeconds,
    memoryBytes: config.ffmpegMemoryBytes,
  };
  const sourceLimits = {
    maxBytes: config.maxSourceBytes,
    maxSeconds: config.sourceMaxSeconds,
    minBytesPerSecond: config.sourceMinBytesPerSecond,
  };
  const decodeSegment = async (path: string, signal: AbortSignal) => {
    const result = await decodeCheck(path, tools, signal);
    if (result.kind === "broken") return result.reason;
    return result.frames === 0 ? "no frames" : null;
  };
  return async (order, run) => {
    switch (order.kind) {
      case "TRANSCODE": {
        const media = order.source;
        const dependencies = { ...config, client, source, workRoot, tools, encoding, limits, sourceLimits, traffic };
        if (media.kind === "single-key") return runRekeyJob(order, media, run, dependencies);
        return runTranscodeJob({ ...order, source: media }, run, dependencies);
      }
      case "ENCRYPT":
        return runEncryptJob(order, run, { client, source, playback, workRoot, decodeSegment });
      default:
        return order satisfies never;
    }
  };
}
