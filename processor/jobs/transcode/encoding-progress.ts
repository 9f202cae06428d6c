import type { Progress } from "../../../shared/application/protocols/job-protocol.ts";
import type { Quality } from "../../../shared/domain/quality/quality.ts";
import type { TranscodeProgress } from "../../adapters/ffmpeg/transcode.ts";
import { SEGMENT_SECONDS } from "../../media/encode/ffmpeg-arguments.ts";
import { percentOf } from "../rung-progress.ts";

/** A source that is longer than its last whole segment by less has no further one. */
const ROUNDING_SECONDS = 0.001;

/**
 * Two sources report on one stage: ffmpeg's clock, and the segments that it announces. `totalSeconds` is null where the
 * length of the source is not known: then nothing is planned, and percentages stay at 0.
 */
export function encodingProgress(qualities: readonly Quality[], totalSeconds: number | null) {
  const made = new Map(qualities.map((quality) => [quality, 0]));
  const planned = totalSeconds ? Math.max(1, Math.ceil((totalSeconds - ROUNDING_SECONDS) / SEGMENT_SECONDS)) : null;
  let last: Progress = { stage: "ENCODING", percent: 0 };
  const each = (value: (count: number) => number) =>
    Object.fromEntries([...made].map(([quality, count]) => [quality, value(count)]));
  const shown = (): Progress => {
    const segments = each((count) => count);
    if (planned === null) return { ...last, segments };
    return {
      ...last,
      segments,
      plannedSegments: each((count) => Math.max(count, planned)),
      qualityPercent: each((count) => rungPercent(last.percent, count, planned)),
    };
  };
  return {
    timed: ({ outTimeSeconds, fps, speed }: TranscodeProgress): Progress => {
      const etaSeconds = totalSeconds && speed ? Math.max(0, (totalSeconds - outTimeSeconds) / speed) : null;
      last = {
        stage: "ENCODING",
        percent: totalSeconds ? percentOf(outTimeSeconds, totalSeconds) : 0,
        ...(fps !== null && fps >= 0 ? { fps } : {}),
        ...(speed !== null && speed >= 0 ? { speed } : {}),
        ...(etaSeconds === null ? {} : { etaSeconds }),
      };
      return shown();
    },
    finished: (quality: Quality): Progress => {
      made.set(quality, (made.get(quality) ?? 0) + 1);
      return shown();
    },
  };
}

/** ffmpeg's clock is that of all rungs: one of them is at most a segment ahead of those that it has finished. */
function rungPercent(clockPercent: number, made: number, planned: number): number {
  return Math.min(percentOf(made + 1, planned), Math.max(percentOf(made, planned), clockPercent));
}
