import type { FrameRate } from "../../../shared/domain/quality/rendition.ts";
import { PRESENTATION_START_SECONDS } from "../encode/ffmpeg-arguments.ts";
import type { LadderPlan, VideoLadder } from "../encode/ladder.ts";
import { framesPerSecond } from "../source/frame-rate.ts";

/*
 * What the segments of a ladder must say. Times are in seconds on the clock of the ladder, which starts at zero with the
 * first picture, or with the sound where there is no picture.
 */

/** How the pictures follow each other. */
export type ExpectedPicture =
  | { readonly kind: "even"; readonly frameSeconds: number }
  /** Each frame keeps its own time, in order; some may be missing, as those that cannot be decoded. */
  | { readonly kind: "announced"; readonly frameSeconds: number; readonly frameTimes: Float64Array }
  /** Only how long a frame is shown mostly, and not always that: what is read from a stored ladder. */
  | { readonly kind: "unknown"; readonly frameSeconds: number | null };

export type ExpectedSound = {
  /** Null where the length of the source is not known, or where the sound keeps its own. */
  readonly endSeconds: number | null;
};

export type ExpectedMedia = {
  /** Where time zero stands in the segments; null: wherever the first of them begins. */
  readonly originSeconds: number | null;
  readonly picture: ExpectedPicture | null;
  readonly sound: ExpectedSound | null;
};

/** What is known of a stored rung, made here or imported: `hasSound` by its codecs. */
export function expectStored(rung: {
  readonly hasPicture: boolean;
  readonly hasSound: boolean;
  readonly frameRate: FrameRate | null;
}): ExpectedMedia {
  const frameSeconds = rung.frameRate && 1 / framesPerSecond(rung.frameRate);
  return {
    originSeconds: null,
    picture: rung.hasPicture ? { kind: "unknown", frameSeconds } : null,
    sound: rung.hasSound ? { endSeconds: null } : null,
  };
}

/** What a plan says that its ladder is. */
export function expectMedia(plan: LadderPlan): ExpectedMedia {
  const isVideo = plan.kind === "video";
  const endSeconds = isVideo ? plan.timeline.durationSeconds : null;
  return {
    originSeconds: PRESENTATION_START_SECONDS,
    picture: isVideo ? expectPicture(plan) : null,
    sound: plan.audio ? { endSeconds } : null,
  };
}

/** For the post, where the check can only compare the tracks of the result with each other. */
export function uncheckedLength({ timeline }: LadderPlan): string[] {
  return timeline.durationSeconds === null
    ? ["The times in the file do not say how long it is: that the result is complete could not be checked."]
    : [];
}

function expectPicture({ frameRate, resample, source, timeline }: VideoLadder): ExpectedPicture {
  const frameSeconds = 1 / framesPerSecond(frameRate);
  if (resample) return { kind: "even", frameSeconds };
  // Where the file was not read packet by packet, nothing announces its frames.
  if (source.frameTimes.length === 0) return { kind: "unknown", frameSeconds };
  const frameTimes = source.frameTimes.map((seconds) => seconds + timeline.offsetSeconds);
  return { kind: "announced", frameSeconds, frameTimes };
}
