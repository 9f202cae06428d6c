import { type LadderPlan, VIDEO_RUNG_AUDIO_BITRATE } from "./ladder.ts";

/** A capped CRF seldom makes all rungs together larger than this many times their source. */
const TIMES_SOURCE = 3;
const GRANTED_BYTES = 64 * 2 ** 20;
const CONTAINER_SHARE = 1.05;

/**
 * Bytes that a ladder is expected to take on disk: what its caps allow for its length, but not many times the source.
 * An estimate: who relies on it looks at the disk as well while it fills.
 */
export function expectedLadderBytes(plan: LadderPlan, sourceBytes: number): number {
  const { durationSeconds } = plan.timeline;
  const bySource = TIMES_SOURCE * sourceBytes + GRANTED_BYTES;
  if (durationSeconds === null) return bySource;
  return Math.ceil(Math.min(bySource, ((bitsPerSecond(plan) * durationSeconds) / 8) * CONTAINER_SHARE));
}

function bitsPerSecond(plan: LadderPlan): number {
  if (plan.kind === "audio") return plan.rungs.reduce((sum, { audioBitrate }) => sum + audioBitrate, 0) * 1.2;
  const sound = plan.audio ? VIDEO_RUNG_AUDIO_BITRATE : 0;
  return plan.rungs.reduce((sum, { capBandwidth }) => sum + capBandwidth + sound, 0);
}
