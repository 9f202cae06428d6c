import type { Quality } from "../../../shared/domain/quality/quality.ts";
import { type Refusal, refuse } from "../refusal.ts";

/** What came out of a rung. */
export type RungMeasure = {
  readonly quality: Quality;
  /** Sum of the segments' durations in seconds. */
  readonly durationSeconds: number;
  readonly segmentCount: number;
};

/** Encoders pad the end by up to a frame, audio frames are 21 ms, and headers round. */
const DURATION_SLACK_SECONDS = 0.5;
/** A long recording with a few damaged seconds still plays; a tenth of it missing is another film. */
const DURATION_SLACK_SHARE = 0.02;
/** Rungs are cut at the same frames; the last audio frame may differ. */
const RUNG_SLACK_SECONDS = 0.1;

const CONVERT = "Convert it to MP4 with H.264 and AAC, and upload that.";

/**
 * Compares finished rungs with what the source holds (seconds that were demuxed; null when its clock is unusable) and
 * with each other. ffmpeg's exit code proves neither.
 */
export function verifyRungs(sourceSeconds: number | null, rungs: readonly RungMeasure[]): { kind: "same" } | Refusal {
  const [first] = rungs;
  if (!first || first.segmentCount === 0) {
    return refuse(
      "source-unreadable",
      "Nothing in the file could be decoded: it is damaged. Check that it plays, and upload it again.",
    );
  }
  const uneven = rungs.find((rung) => rung.segmentCount !== first.segmentCount);
  if (uneven) {
    return refuse(
      "media-check-failed",
      `The qualities came out unequal: ${first.segmentCount} segments of ${first.quality}, ${uneven.segmentCount} of ${uneven.quality}. ${CONVERT}`,
    );
  }
  const apart = rungs.find((rung) => Math.abs(rung.durationSeconds - first.durationSeconds) > RUNG_SLACK_SECONDS);
  if (apart) {
    return refuse(
      "media-check-failed",
      `The qualities came out unequal: ${seconds(first.durationSeconds)} of ${first.quality}, ${seconds(apart.durationSeconds)} of ${apart.quality}. ${CONVERT}`,
    );
  }
  return compareDuration(sourceSeconds, first.durationSeconds);
}

/** A result much shorter than its source lost something; a longer one has a clock that ran away. */
export function compareDuration(sourceSeconds: number | null, resultSeconds: number): { kind: "same" } | Refusal {
  if (sourceSeconds === null) return { kind: "same" };
  const slack = Math.max(DURATION_SLACK_SECONDS, sourceSeconds * DURATION_SLACK_SHARE);
  if (resultSeconds < sourceSeconds - slack) {
    return refuse(
      "source-incomplete",
      `Only ${seconds(resultSeconds)} of ${seconds(sourceSeconds)} could be decoded: the file is damaged or incomplete. Check that it plays to its end, and upload it again.`,
    );
  }
  if (resultSeconds > sourceSeconds + slack) {
    return refuse(
      "media-check-failed",
      `The result is ${seconds(resultSeconds)} long, but the file holds ${seconds(sourceSeconds)}. ${CONVERT}`,
    );
  }
  return { kind: "same" };
}

function seconds(value: number): string {
  return `${value.toFixed(2)} s`;
}
