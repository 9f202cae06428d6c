import type { WorkOrder } from "../shared/application/job-protocol.ts";
import { decodeCheck } from "./adapters/ffmpeg/decode-check.ts";
import { createJobClient, type JobClient } from "./adapters/job-client.ts";
import { createObjectStore, createS3Client } from "./adapters/object-store.ts";
import { openWorkRoot, type WorkRoot } from "./adapters/work-directory.ts";
import type { ProcessorConfig } from "./config.ts";
import { runEncryptJob } from "./jobs/encrypt-job.ts";
import type { JobOutcome, JobRun } from "./jobs/job-outcome.ts";
import { runTranscodeJob } from "./jobs/transcode-job.ts";
import { createLogger, type Logger } from "./log.ts";
import { DEFAULT_MEDIA_LIMITS } from "./media/limits.ts";

/** Everything that a run of the processor works with. */
export type ProcessorContext = AsyncDisposable & {
  readonly config: ProcessorConfig;
  readonly log: Logger;
  readonly client: JobClient;
  readonly run: (order: WorkOrder, run: JobRun) => Promise<JobOutcome>;
};

export function loggerFor(config: ProcessorConfig): Logger {
  const { secretAccessKey, accessKeyId } = config.objectStore;
  return createLogger({ level: config.logLevel, secrets: [config.processorToken, secretAccessKey, accessKeyId] });
}

/** Opens what the configuration names. Disposing of it removes the working files and closes the connections. */
export async function openContext(config: ProcessorConfig, log: Logger): Promise<ProcessorContext> {
  const client = createJobClient(config);
  const s3 = createS3Client(config.objectStore);
  const workRoot = await openWorkRoot({ directory: config.workDirectory, now: Date.now, log });
  return {
    config,
    log,
    client,
    run: jobRunner(config, client, s3, workRoot),
    [Symbol.asyncDispose]: async () => {
      s3.destroy();
      await workRoot.close();
    },
  };
}

/** Which code does which kind of job. */
function jobRunner(
  config: ProcessorConfig,
  client: JobClient,
  s3: ReturnType<typeof createS3Client>,
  workRoot: WorkRoot,
): ProcessorContext["run"] {
  const source = createObjectStore(s3, config.sourceBucket);
  const playback = createObjectStore(s3, config.playbackBucket);
  const tools = { ffmpeg: config.ffmpegPath, ffprobe: config.ffprobePath };
  const encoding = { crf: config.x264Crf, preset: config.x264Preset };
  const limits = { ...DEFAULT_MEDIA_LIMITS, maxSeconds: config.maxDurationSeconds };
  const decodeSegment = async (path: string, signal: AbortSignal) => {
    const result = await decodeCheck(path, tools, signal);
    if (result.kind === "broken") return result.reason;
    return result.frames === 0 ? "no frames" : null;
  };
  return async (order, run) => {
    switch (order.kind) {
      case "TRANSCODE":
        return runTranscodeJob(order, run, { ...config, client, source, workRoot, tools, encoding, limits });
      case "ENCRYPT":
        return runEncryptJob(order, run, { client, source, playback, workRoot, decodeSegment });
      default:
        return order satisfies never;
    }
  };
}
