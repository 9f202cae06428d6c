import { segmentKey } from "../../../shared/domain/part/object-keys.ts";
import type { Quality } from "../../../shared/domain/quality/quality.ts";
import type { MediaTools } from "../../adapters/ffmpeg/launch.ts";
import { type FinishedSegment, transcode } from "../../adapters/ffmpeg/transcode.ts";
import type { ObjectStore } from "../../adapters/object-store.ts";
import type { Encoding } from "../../media/encode/ffmpeg-arguments.ts";
import { type LadderPlan, planQualities } from "../../media/encode/ladder.ts";
import type { ImagePlan } from "../../media/images/image-plan.ts";
import { type Refusal, refuse } from "../../media/refusal.ts";
import type { MediaLimits } from "../../media/source/limits.ts";
import type { SourceFacts } from "../../media/source/source-facts.ts";
import { expectMedia, uncheckedLength } from "../../media/verify/expected-media.ts";
import { MediaCheck, type MediaFailure, type MediaVerdict } from "../../media/verify/media-check.ts";
import { OWN_LADDER } from "../../media/verify/media-tolerances.ts";
import { RetryableError, VerificationFault } from "../../retryable-error.ts";

import { createTaskQueue, type TaskQueue } from "../concurrent-tasks.ts";
import type { JobRun } from "../loop/job-outcome.ts";
import { CLEAR_SEGMENT } from "../object-headers.ts";
import { stageProgress } from "../rung-progress.ts";
import { encodingProgress } from "./encoding-progress.ts";
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
      /** Of the pictures in the folder `images` of the output directory; null where there are none. */
      readonly images: ImagePlan | null;
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
  const sizes = new Map(planQualities(plan).map((quality) => [quality, [] as number[]]));
  const check = createLadderCheck(plan);
  const totalSeconds = plan.timeline.durationSeconds ?? input.facts.headerDuration;
  const progress = encodingProgress(planQualities(plan), totalSeconds);
  try {
    const outcome = await transcode({
      ...input,
      signal,
      stallTimeoutSeconds: STALL_SECONDS,
      onProgress: (report) => run.report(progress.timed(report)),
      onSegment: (segment) => {
        run.report(progress.finished(segment.quality));
        uploads.add(() => storeSegment(input, segment, sizes, check, signal));
      },
    }).catch((error: unknown) => {
      if (signal.aborted) throw signal.reason;
      throw error instanceof RetryableError
        ? error
        : new RetryableError("encoder-failed", "The conversion broke off.", { cause: error });
    });
    if (outcome.kind === "refused") return outcome;
    await drained(uploads, sizes, outcome.segmentCount, run);
    const verdict = check.finish(new Map([...sizes.keys()].map((quality) => [quality, outcome.segmentCount])));
    run.log.info({ checkCpuMs: check.cpuMicroseconds / 1000 }, "media checked");
    if (verdict.kind === "failed") return failedCheck(verdict);
    if (outcome.frames !== null && verdict.frames !== outcome.frames) {
      throw new VerificationFault(`The ladder holds ${verdict.frames} pictures, but ${outcome.frames} were made.`);
    }
    const rungs = [...sizes].map(([quality, bytes]) => ({ quality, segments: measured(verdict, quality, bytes) }));
    return {
      kind: "encoded",
      rungs,
      durationSeconds: (rungs[0]?.segments ?? []).reduce((sum, { durationSeconds }) => sum + durationSeconds, 0),
      images: outcome.images,
      warnings: [...outcome.warnings, ...uncheckedLength(plan)],
    };
  } catch (error) {
    // The check has ended ffmpeg or the uploads.
    if (check.failure) return failedCheck(check.failure);
    throw error;
  } finally {
    giveUp.abort();
    // Nothing may still read the directory when it is removed.
    await uploads.drain().catch(() => {});
  }
}

/** The check of a ladder that is made from `plan`. */
export function createLadderCheck(plan: LadderPlan): MediaCheck {
  const expected = expectMedia(plan);
  return new MediaCheck(
    planQualities(plan).map((quality) => ({ quality, expected })),
    OWN_LADDER,
  );
}

/** Throws VerificationFault where bytes were lost: the next run may not lose them. */
function failedCheck({ fault, damaged }: MediaFailure): Refusal {
  const sentence = `The converted video failed its check: ${fault}.`;
  if (damaged) throw new VerificationFault(sentence);
  return refuse("media-check-failed", `${sentence} Convert the file to MP4 with H.264 and AAC, and upload that.`);
}

/** The playlist says what the media say, not what the muxer has announced. */
function measured(
  { durations }: Extract<MediaVerdict, { kind: "passed" }>,
  quality: Quality,
  sizes: readonly number[],
): StoredSegment[] {
  return (durations.get(quality) ?? []).map((durationSeconds, index) => ({
    durationSeconds,
    bytes: sizes[index] ?? 0,
  }));
}

async function storeSegment(
  { clearPrefix, store, retention }: EncodeInput,
  segment: FinishedSegment,
  sizes: ReadonlyMap<Quality, number[]>,
  check: MediaCheck,
  signal: AbortSignal,
): Promise<void> {
  const { quality, index, path, startSeconds } = segment;
  const key = segmentKey(clearPrefix, quality, index);
  const bytes = await store.putFile(key, path, CLEAR_SEGMENT, signal, (clear) => {
    check.read(quality, index - 1, clear, { startSeconds, durationSeconds: null });
    if (check.failure) throw new Error("the media check failed");
  });
  const own = sizes.get(quality);
  if (own) own[index - 1] = bytes;
  await retention.uploaded(segment);
}

/** Reports what is left to upload once ffmpeg has ended: 0 percent is the moment of its end. */
async function drained(
  uploads: TaskQueue,
  sizes: ReadonlyMap<Quality, readonly number[]>,
  segmentCount: number,
  { report }: JobRun,
): Promise<void> {
  const stored = () => new Map([...sizes].map(([quality, bytes]) => [quality, Object.keys(bytes).length]));
  const start = stored();
  const planned = new Map([...sizes.keys()].map((quality) => [quality, segmentCount]));
  const show = () => report(stageProgress("UPLOADING", { planned, start, made: stored() }));
  show();
  const timer = setInterval(show, 500);
  try {
    await uploads.drain();
    show();
  } finally {
    clearInterval(timer);
  }
}
