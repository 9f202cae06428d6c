import type { Progress } from "../../shared/application/protocols/job-protocol.ts";
import type { Quality } from "../../shared/domain/quality/quality.ts";

type Counts = ReadonlyMap<Quality, number>;

/** Of a stage that handles every segment once. */
export type RungCounts = {
  readonly planned: Counts;
  readonly made: Counts;
  /** What was there when the stage began, where that is not nothing. */
  readonly start?: Counts;
};

/** Progress by counts of segments: of each rung, and of all rungs together. */
export function stageProgress(stage: Progress["stage"], { planned, made, start }: RungCounts): Progress {
  const rungs = [...planned].map(([quality, total]) => {
    const begun = start?.get(quality) ?? 0;
    return { quality, done: (made.get(quality) ?? 0) - begun, left: total - begun };
  });
  const done = rungs.reduce((sum, rung) => sum + rung.done, 0);
  const left = rungs.reduce((sum, rung) => sum + rung.left, 0);
  return {
    stage,
    percent: percentOf(done, left),
    segments: Object.fromEntries([...planned.keys()].map((quality) => [quality, made.get(quality) ?? 0])),
    plannedSegments: Object.fromEntries(planned),
    qualityPercent: Object.fromEntries(rungs.map((rung) => [rung.quality, percentOf(rung.done, rung.left)])),
  };
}

export function percentOf(done: number, total: number): number {
  return total <= 0 ? 100 : Math.min(100, (100 * done) / total);
}
