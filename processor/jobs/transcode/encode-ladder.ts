import type { Progress } from "../../../shared/application/job-protocol.ts";
import { segmentKey } from "../../../shared/domain/object-keys.ts";
import type { Quality } from "../../../shared/domain/quality.ts";
import type { MediaTools } from "../../adapters/ffmpeg/launch.ts";
import { type FinishedSegment, type TranscodeProgress, transcode } from "../../adapters/ffmpeg/transcode.ts";
import type { ObjectStore } from "../../adapters/object-store.ts";
import type { Encoding } from "../../media/encode/ffmpeg-arguments.ts";
import { type LadderPlan, planQualities } from "../../media/encode/ladder.ts";
import type { Refusal } from "../../media/refusal.ts";
import type { MediaLimits } from "../../media/source/limits.ts";
import type { SourceFacts } from "../../media/source/source-facts.ts";
import { PassingFault } from "../../passing-fault.ts";
import { createTaskQueue, type TaskQueue } from "../concurrent-tasks.ts";
import type { JobRun } from "../loop/job-outcome.ts";
import { CLEAR_SEGMENT } from "../object-headers.ts";
import type { SegmentRetention } from "./segment-retention.ts";

/** A finished segment, measured and stored. */
export type StoredSegment = { readonly durationSeconds: number; readonly bytes: number };

/** A finished rung; segments in order. */
export type StoredRung = { readonly quality: Quality; readonly segments: readonly StoredSegment[] };

export type EncodeInput = {
  readonly sourcePath: string;
  /** Exists and is empty; `{quality}/seg_00001.ts` come to be in it and stay as `retention` says. */
  readonly outputDirectory: string;
  readonly clearPrefix: string;
  readonly plan: LadderPlan;
  readonly facts: SourceFacts;
  readonly tools: MediaTools;
  readonly encoding: Encoding;
  readonly limits: MediaLimits;
  readonly uploadConcurrency: number;
  readonly retention: SegmentRetention;
  readonly store: ObjectStore;
  readonly run: JobRun;
};

export type EncodeOutcome =
  | {
      readonly kind: "encoded";
      readonly rungs: readonly StoredRung[];
      /** Seconds. */
      readonly durationSeconds: number;
      readonly warnings: readonly string[];
    }
  | Refusal;

/** ffmpeg reports twice a second; ten minutes without a step forward is not slowness. */
const STALL_SECONDS = 600;

/**
 * Makes the ladder and stores each segment as soon as ffmpeg has finished it. What waits for its upload waits on disk;
 * in memory there are `uploadConcurrency` segments at most.
 */
export async function encodeLadder(input: EncodeInput): Promise<EncodeOutcome> {
  const { plan, run } = input;
  const giveUp = new AbortController();
  const signal = AbortSignal.any([run.signal, giveUp.signal]);
  // A store that is gone makes hours of encoding useless: ffmpeg is ended with the reason of the upload.
  const uploads = createTaskQueue(input.uploadConcurrency, (error) => giveUp.abort(error));
  const rungs = new Map(planQualities(plan).map((quality) => [quality, [] as StoredSegment[]]));
  const progress = encodingProgress(input);
  try {
    const outcome = await transcode({
      ...input,
      signal,
      stallTimeoutSeconds: STALL_SECONDS,
      onProgress: (report) => run.report(progress.timed(report)),
      onSegment: (segment) => {
        run.report(progress.finished(segment.quality));
        uploads.add(() => storeSegment(input, segment, rungs, signal));
      },
    }).catch((error: unknown) => {
      if (signal.aborted) throw signal.reason;
      throw error instanceof PassingFault ? error : new PassingFault("The conversion broke off.", { cause: error });
    });
    if (outcome.kind === "refused") return outcome;
    await drained(uploads, outcome.segmentCount * rungs.size, run);
    return {
      kind: "encoded",
      rungs: [...rungs].map(([quality, segments]) => ({ quality, segments })),
      durationSeconds: outcome.durationSeconds,
      warnings: outcome.warnings,
    };
  } finally {
    giveUp.abort();
    // Nothing may still read the directory when it is removed.
    await uploads.drain().catch(() => {});
  }
}

async function storeSegment(
  { clearPrefix, store, retention }: EncodeInput,
  segment: FinishedSegment,
  rungs: ReadonlyMap<Quality, StoredSegment[]>,
  signal: AbortSignal,
): Promise<void> {
  const { quality, index, path, durationSeconds } = segment;
  const bytes = await store.putFile(segmentKey(clearPrefix, quality, index), path, CLEAR_SEGMENT, signal);
  const segments = rungs.get(quality);
  if (segments) segments[index - 1] = { durationSeconds, bytes };
  await retention.uploaded(segment);
}

async function drained(uploads: TaskQueue, total: number, { report }: JobRun): Promise<void> {
  const tell = () => report({ stage: "UPLOADING", percent: (100 * (total - uploads.size())) / Math.max(1, total) });
  tell();
  const timer = setInterval(tell, 500);
  try {
    await uploads.drain();
    tell();
  } finally {
    clearInterval(timer);
  }
}

/** Two sources tell of one stage: ffmpeg's clock, and the segments that it announces. */
function encodingProgress({ plan, facts }: EncodeInput) {
  const segments: Partial<Record<Quality, number>> = {};
  const total = plan.timeline.durationSeconds ?? facts.headerDuration;
  let last: Progress = { stage: "ENCODING", percent: 0 };
  return {
    timed: ({ outTimeSeconds, fps, speed }: TranscodeProgress): Progress => {
      const percent = total ? Math.min(100, (100 * outTimeSeconds) / total) : 0;
      const etaSeconds = total && speed ? Math.max(0, (total - outTimeSeconds) / speed) : null;
      last = {
        stage: "ENCODING",
        percent,
        ...(fps !== null && fps >= 0 ? { fps } : {}),
        ...(speed !== null && speed >= 0 ? { speed } : {}),
        ...(etaSeconds === null ? {} : { etaSeconds }),
      };
      return { ...last, segments: { ...segments } };
    },
    finished: (quality: Quality): Progress => {
      segments[quality] = (segments[quality] ?? 0) + 1;
      return { ...last, segments: { ...segments } };
    },
  };
}
