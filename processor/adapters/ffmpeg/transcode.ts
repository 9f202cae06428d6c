import { appendFile, mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import type { Quality } from "../../../shared/domain/quality/quality.ts";
import { needsZscale } from "../../media/encode/color-filters.ts";
import {
  DEFAULT_ENCODING,
  type Encoding,
  type FfmpegCommandLine,
  ffmpegCommand,
} from "../../media/encode/ffmpeg-arguments.ts";
import { type LadderPlan, planQualities } from "../../media/encode/ladder.ts";
import { type FfmpegProgress, ProgressReader } from "../../media/encode/progress-report.ts";
import { IMAGE_FOLDER } from "../../media/images/image-filters.ts";
import { type ImagePlan, planImages } from "../../media/images/image-plan.ts";
import { type Refusal, refuse } from "../../media/refusal.ts";
import { recognisablePadding } from "../../media/segments/null-packets.ts";
import { SegmentListReader, segmentIndex } from "../../media/segments/segment-list.ts";
import { framesPerSecond } from "../../media/source/frame-rate.ts";
import { convertTimeout, DEFAULT_MEDIA_LIMITS, type MediaLimits } from "../../media/source/limits.ts";
import type { SourceFacts } from "../../media/source/source-facts.ts";
import { type RungMeasure, verifyRungs } from "../../media/verify/durations.ts";
import { findMissingFrames } from "../../media/verify/missing-frames.ts";
import { RetryableError } from "../../retryable-error.ts";
import { canToneMap, inspectFfmpeg } from "./capabilities.ts";
import { blamesMachine, machineFault, refuseFile } from "./failure-reason.ts";
import { type RunningFfmpeg, startFluent } from "./fluent-run.ts";
import type { MediaTools } from "./launch.ts";
import { makeSteadySound } from "./steady-sound.ts";
import { Stopper } from "./stopper.ts";
import { Watchdog } from "./watchdog.ts";

export type TranscodeProgress = {
  readonly outTimeSeconds: number;
  /** Frames that ffmpeg makes in a second; null for sound alone. */
  readonly fps: number | null;
  /** Times real time. */
  readonly speed: number | null;
};

export type FinishedSegment = {
  readonly quality: Quality;
  /** 1 for seg_00001.ts, whose media sequence number is 0. */
  readonly index: number;
  readonly path: string;
  readonly startSeconds: number;
  readonly durationSeconds: number;
};

export type TranscodeInput = {
  /** Absolute paths; the output directory exists and is empty. */
  readonly sourcePath: string;
  readonly outputDirectory: string;
  readonly plan: LadderPlan;
  readonly facts: SourceFacts;
  readonly tools: MediaTools;
  readonly signal: AbortSignal;
  /** ffmpeg is ended when its output does not grow for so long. */
  readonly stallTimeoutSeconds: number;
  readonly onProgress: (progress: TranscodeProgress) => void;
  /** Called while ffmpeg runs, for each segment that is complete on disk, in order within a quality. */
  readonly onSegment: (segment: FinishedSegment) => void;
  readonly encoding?: Encoding;
  readonly limits?: MediaLimits;
};

export type TranscodeOutcome =
  | {
      readonly kind: "done";
      /** Seconds that were decoded: the sum of the segments. */
      readonly durationSeconds: number;
      readonly segmentCount: number;
      /** Frames in each rung; null for sound alone. */
      readonly frames: number | null;
      /** Of the pictures in the folder `images`; null where none were made. */
      readonly images: ImagePlan | null;
      readonly warnings: readonly string[];
    }
  | Refusal;

/**
 * Makes all rungs of a plan with one ffmpeg. A file that cannot be converted is a refusal; an abort throws the
 * signal's reason; a stalled or killed ffmpeg and a machine out of space throw, since another try may succeed.
 */
export async function transcode(input: TranscodeInput): Promise<TranscodeOutcome> {
  input.signal.throwIfAborted();
  const limits = input.limits ?? DEFAULT_MEDIA_LIMITS;
  const capabilities = await inspectFfmpeg(input.tools.ffmpeg);
  const steadySound = await makeSteadySound(input);
  if (steadySound && "reason" in steadySound) return steadySound;
  const { plan } = input;
  const wantsImages = plan.kind === "video" && capabilities.encodesImages;
  const images = wantsImages ? planImages(plan, steadySound !== null) : null;
  const command = ffmpegCommand({
    sourcePath: input.sourcePath,
    plan,
    reading: input.facts.reading,
    steadySound,
    images,
    encoding: input.encoding ?? DEFAULT_ENCODING,
    capabilities: { ...capabilities, toneMap: await toneMaps(input) },
    limits,
  });
  if (command.kind === "refused") return command;
  for (const folder of [...planQualities(plan), IMAGE_FOLDER])
    await mkdir(join(input.outputDirectory, folder), { recursive: true });
  const running = await startFluent(command, {
    ffmpeg: input.tools.ffmpeg,
    workingDirectory: input.outputDirectory,
    capabilities,
    memoryBytes: limits.memoryBytes,
  });
  const timeLimit = convertTimeout(sourceSeconds(input), limits);
  const result = await superviseRun(running, command, input, timeLimit);
  return result === "took too long" ? refuseSlow(timeLimit) : judge(result, input, images);
}

/** Asked only where a plan needs it. */
async function toneMaps({ plan, tools }: TranscodeInput): Promise<boolean> {
  return plan.kind === "video" && needsZscale(plan.source) && (await canToneMap(tools.ffmpeg));
}

/** Where the clock of the source cannot be trusted, as long as its frames would last. */
function sourceSeconds({ plan, facts }: TranscodeInput): number | null {
  const frames = facts.video?.frames ?? null;
  const rate = plan.kind === "video" && frames !== null ? framesPerSecond(plan.frameRate) : null;
  return plan.timeline.durationSeconds ?? (rate && frames !== null ? frames / rate : null);
}

function refuseSlow(seconds: number): Refusal {
  const minutes = Math.round(seconds / 60);
  return refuse(
    "took-too-long",
    `The file could not be converted within ${minutes} minutes. Export it in a lower resolution or frame rate, or in parts.`,
  );
}

type RunResult = {
  readonly exit: Awaited<RunningFfmpeg["exit"]>;
  readonly stderr: readonly string[];
  readonly frames: number | null;
  readonly rungs: readonly RungMeasure[];
};

/** Reads everything ffmpeg says until it ends, and ends it on abort, stall, after its time, or with this process. */
async function superviseRun(
  running: RunningFfmpeg,
  command: FfmpegCommandLine,
  input: TranscodeInput,
  timeLimitSeconds: number,
): Promise<RunResult | "took too long"> {
  const stop = new Stopper(running.pid);
  const onAbort = () => stop.because(input.signal.reason);
  input.signal.addEventListener("abort", onAbort, { once: true });
  if (input.signal.aborted) onAbort();
  const stalled = () =>
    stop.because(
      new RetryableError("encoder-failed", `The conversion made no progress for ${input.stallTimeoutSeconds} s.`),
    );
  using watchdog = new Watchdog(input.stallTimeoutSeconds, stalled);
  let tookTooLong = false;
  const timer = setTimeout(() => {
    tookTooLong = !stop.stopping;
    stop.because(new Error("out of time"));
  }, timeLimitSeconds * 1000);
  try {
    let frames: number | null = null;
    const progress = readProgress(running.pipe(command.progressPipe), (report) => {
      frames = report.frame ?? frames;
      if (report.outTimeSeconds === null || stop.stopping) return;
      watchdog.touch(report.outTimeSeconds);
      const { outTimeSeconds, fps, speed } = report;
      input.onProgress({ outTimeSeconds: Math.max(0, outTimeSeconds), fps, speed });
    }).catch((error) => stop.because(error));
    const lists = command.segmentListPipes.map(({ quality, pipe }) =>
      readSegments(running.pipe(pipe), quality, input, stop).catch((error) => {
        stop.because(error);
        return { quality, durationSeconds: 0, segmentCount: 0 };
      }),
    );
    const exit = await running.exit;
    const rungs = await Promise.all(lists);
    await progress;
    if (tookTooLong) return "took too long";
    stop.throwIfStopped();
    return { exit, stderr: running.stderr, frames, rungs };
  } finally {
    clearTimeout(timer);
    input.signal.removeEventListener("abort", onAbort);
    stop[Symbol.dispose]();
  }
}

async function readProgress(pipe: Readable, onReport: (report: FfmpegProgress) => void): Promise<void> {
  const reader = new ProgressReader();
  for await (const chunk of pipe) reader.push(String(chunk)).forEach(onReport);
}

async function readSegments(
  pipe: Readable,
  quality: Quality,
  input: TranscodeInput,
  stop: Stopper,
): Promise<RungMeasure> {
  const reader = new SegmentListReader();
  let segmentCount = 0;
  let durationSeconds = 0;
  for await (const chunk of pipe) {
    for (const entry of reader.push(String(chunk))) {
      // An ffmpeg that is being ended announces what it had to cut short.
      if (stop.stopping) continue;
      const index = segmentIndex(entry.fileName);
      if (index !== segmentCount + 1) throw new Error(`ffmpeg announced segment ${index} after ${segmentCount}`);
      const { startSeconds, endSeconds } = entry;
      segmentCount = index;
      durationSeconds += endSeconds - startSeconds;
      const path = join(input.outputDirectory, quality, entry.fileName);
      if (index === 1) await makeRecognisable(path);
      input.onSegment({ quality, index, path, startSeconds, durationSeconds: endSeconds - startSeconds });
    }
  }
  return { quality, durationSeconds, segmentCount };
}

/** A first segment of a tenth of a second of sound has so few packets that players do not see a transport stream. */
async function makeRecognisable(path: string): Promise<void> {
  const padding = recognisablePadding((await stat(path)).size);
  if (padding.length > 0) await appendFile(path, padding);
}

function judge(
  { exit, stderr, frames, rungs }: RunResult,
  input: TranscodeInput,
  images: ImagePlan | null,
): TranscodeOutcome {
  if (exit.code !== 0) {
    if (blamesMachine(exit.code, stderr)) throw machineFault(exit, stderr);
    return refuseFile("The file could not be converted", stderr);
  }
  const verified = verifyRungs(input.plan.timeline.durationSeconds, rungs);
  if (verified.kind === "refused") return verified;
  const missing = findMissingFrames(frames, input.plan);
  if (missing?.kind === "refused") return missing;
  const [first] = rungs;
  return {
    kind: "done",
    durationSeconds: first?.durationSeconds ?? 0,
    segmentCount: first?.segmentCount ?? 0,
    frames: input.plan.kind === "video" ? frames : null,
    images,
    warnings: missing ? [missing.sentence] : [],
  };
}
