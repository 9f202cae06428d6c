import type { JobProgress } from "../job/transcode-job.ts";
import { QUALITIES, type Quality, variantAlias } from "../quality/quality.ts";
import {
  type EncoderJobState,
  type EncoderStage,
  type EncoderStatus,
  encoderStage,
  encoderStatus,
  presentJob,
} from "./encoder-job.ts";

export type EncoderProgress = {
  readonly status: EncoderStatus;
  readonly stage: EncoderStage | null;
  /** Percent of the stage; 100 for a completed job. */
  readonly progressPercentage: number;
  /** 0 for v0 or a0: the rung with the fewest finished segments, because all are made at once. Null before the first. */
  readonly currentVariant: number | null;
  readonly variantProgressPercentage: number | null;
  /** Over all rungs. */
  readonly completedSegments: number;
  readonly totalSegments: number | null;
};

/** `live`: the latest report of the processor that holds the job; null where the database has the last one. */
export function encoderProgress(job: EncoderJobState, live: JobProgress | null): EncoderProgress {
  const reported = live ?? presentJob(job).progress;
  const reportedStage = live?.stage ?? presentJob(job).stage;
  const status = encoderStatus(job, reportedStage);
  const stage = encoderStage(job, reportedStage);
  const named = { status, stage };
  if (status === "COMPLETED") {
    const made = sum(job.part.variants.map(({ segmentCount }) => segmentCount));
    const rung = { currentVariant: null, variantProgressPercentage: null };
    return {
      ...named,
      progressPercentage: 100,
      ...rung,
      completedSegments: made,
      totalSegments: job.part.isReplaced ? null : made,
    };
  }
  // A lost or failed attempt has left its last report, and the next one begins again.
  const progress = stage === "QUEUED" ? null : reported;
  const rungs = rungsOf(job, progress);
  const slowest = rungs.reduce<Rung | null>(
    (least, rung) => (least === null || rung.made < least.made ? rung : least),
    null,
  );
  return {
    ...named,
    progressPercentage: progress === null ? 0 : Math.round(progress.percent),
    currentVariant: slowest === null ? null : variantNumber(slowest.quality),
    variantProgressPercentage: slowest === null ? null : percentOf(slowest),
    completedSegments: sum(rungs.map(({ made }) => made)),
    totalSegments: totalOf(rungs),
  };
}

/** `planned` is null while it is not known, `percent` where the processor reports none. */
type Rung = {
  readonly quality: Quality;
  readonly made: number;
  readonly planned: number | null;
  readonly percent: number | null;
};

/** From the highest to the lowest. The encrypt job reads segments whose number is known. */
function rungsOf({ part, encrypt }: EncoderJobState, progress: JobProgress | null): readonly Rung[] {
  const counted = new Map(part.variants.map(({ quality, segmentCount }) => [quality, segmentCount]));
  return QUALITIES.flatMap((quality) => {
    const made = progress?.segments?.[quality];
    const planned = encrypt === null ? progress?.plannedSegments?.[quality] : counted.get(quality);
    if (made === undefined && planned === undefined) return [];
    const percent = progress?.qualityPercent?.[quality] ?? null;
    return [{ quality, made: made ?? 0, planned: planned ?? null, percent }];
  });
}

function percentOf({ made, planned, percent }: Rung): number | null {
  if (percent !== null) return Math.round(percent);
  return planned === null || planned === 0 ? null : Math.min(100, Math.round((made / planned) * 100));
}

function totalOf(rungs: readonly Rung[]): number | null {
  const planned = rungs.map((rung) => rung.planned);
  return planned.length === 0 || planned.includes(null) ? null : sum(planned.map((count) => count ?? 0));
}

function variantNumber(quality: Quality): number {
  return Number(variantAlias(quality).slice(1));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
