import type { LadderPlan, VideoLadder } from "../encode/ladder.ts";
import { refuse } from "../refusal.ts";
import { framesPerSecond } from "../source/frame-rate.ts";
import type { Incompleteness } from "../source/incomplete.ts";

/** Time stamps round, and decoders drop what comes before the first keyframe. */
const NOTHING_FRAMES = 3;
const NOTHING_SHARE = 0.01;
/** A film of which two thirds stand still is not what was uploaded. */
const RUINED_SHARE = 2 / 3;

const NOTHING_DECODED =
  "No frame of the picture could be decoded: the file is damaged. Check that it plays, and upload it again.";

/** What a finished ladder lacks of the frames of its source. A decoder that skips damaged ones says nothing. */
export function findMissingFrames(frames: number | null, plan: LadderPlan): Incompleteness {
  if (plan.kind !== "video" || frames === null) return null;
  if (frames === 0) return refuse("source-unreadable", NOTHING_DECODED);
  const expected = expectedFrames(plan);
  if (expected === null) return null;
  const missing = expected - frames;
  if (missing <= Math.max(NOTHING_FRAMES, expected * NOTHING_SHARE)) return null;
  if (missing > expected * RUINED_SHARE) {
    return refuse(
      "source-unreadable",
      `Only ${frames} of ${expected} frames could be decoded: the file is damaged. Check that it plays, and upload it again.`,
    );
  }
  const sentence = `${missing} of ${expected} frames could not be decoded: the picture freezes in places.`;
  return { kind: "warning", sentence };
}

function expectedFrames({ resample, frameRate, timeline, source }: VideoLadder): number | null {
  if (!resample) return source.frames;
  const rate = framesPerSecond(frameRate);
  if (timeline.durationSeconds !== null) return Math.round(timeline.durationSeconds * rate);
  // Without a clock, as many as were read, less what a lower frame rate leaves out.
  const declared = source.declaredFrameRate ? framesPerSecond(source.declaredFrameRate) : rate;
  return source.frames === null ? null : Math.round(source.frames * Math.min(1, rate / declared));
}
