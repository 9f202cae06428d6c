import { type LadderPlan, VIDEO_RUNG_AUDIO_BITRATE } from "./ladder.ts";

/** A capped CRF seldom makes all rungs together larger than this many times their source. */
const TIMES_SOURCE = 3;
const GRANTED_BYTES = 64 * 2 ** 20;
const CONTAINER_SHARE = 1.05;
/** Small pictures for the storyboard, two a second. */
const IMAGE_BITS_PER_SECOND = 100_000;

/** 16 bits of stereo at 48 kHz, with the headers of their packets. */
const STEADY_BYTES_PER_SECOND = 48_000 * 2 * 2 * 1.05;
/** A copy of AAC that is corrected before it is decoded, at the highest rate of its encoders. */
const COPY_BYTES_PER_SECOND = 80_000;

/** Bytes that the sound takes on disk where it has to be decoded before the conversion; 0 where it does not. */
export function expectedSoundBytes({ audio, timeline }: LadderPlan, sourceBytes: number): number {
  if (!audio?.changesFormat || audio.rightStreamIndex !== null) return 0;
  const seconds = timeline.durationSeconds ?? timeline.sound?.endSeconds ?? null;
  if (seconds === null) return TIMES_SOURCE * sourceBytes + GRANTED_BYTES;
  return Math.ceil(seconds * (STEADY_BYTES_PER_SECOND + (audio.hiddenChannels ? COPY_BYTES_PER_SECOND : 0)));
}

/**
 * Bytes that a ladder is expected to take on disk: what its caps allow for its length, but not many times the source.
 * An estimate: the caller also watches the disk while it fills.
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
  return plan.rungs.reduce((sum, { capBandwidth }) => sum + capBandwidth + sound, IMAGE_BITS_PER_SECOND);
}
