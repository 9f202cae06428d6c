import type { ClockTracks } from "./clock-reading.ts";
import { framesPerSecond, parseFrameRate } from "./frame-rate.ts";
import { clockMayStep } from "./origin.ts";
import type { StreamScan } from "./packet-scan.ts";
import type { SourceFacts } from "./source-facts.ts";
import { parseReport } from "./stream-report.ts";

/** What a reading of the clock must know of the tracks in use; null where their clock does not step. */
export function steppingTracks(
  facts: SourceFacts,
  source: { readonly report: unknown; readonly scans: ReadonlyMap<number, StreamScan>; readonly soundOnly?: boolean },
): Omit<ClockTracks, "maxTimes"> | null {
  const picture = source.soundOnly && facts.audio ? null : (facts.video?.streamIndex ?? null);
  const sound = facts.audio?.streamIndex ?? null;
  const steps = [picture, sound].some((index) => index !== null && source.scans.get(index)?.steps);
  if (!clockMayStep(facts.container) || !steps) return null;
  const stream = parseReport(source.report)?.streams.find(({ index }) => index === picture);
  const rate = parseFrameRate(stream?.avg_frame_rate) ?? facts.video?.frameRateChoice.frameRate;
  const frameSeconds = rate ? 1 / framesPerSecond(rate) : 0;
  const reorderSeconds = (stream?.has_b_frames ?? 0) * frameSeconds;
  return { picture, sound, originSeconds: facts.originSeconds, frameSeconds, reorderSeconds };
}
