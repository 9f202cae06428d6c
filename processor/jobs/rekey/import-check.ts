import type { Quality } from "../../../shared/domain/quality/quality.ts";
import type { FrameRate } from "../../../shared/domain/quality/rendition.ts";
import type { SegmentFacts } from "../../adapters/ffmpeg/inspect-segment.ts";
import { type Refusal, refuse } from "../../media/refusal.ts";
import { expectStored } from "../../media/verify/expected-media.ts";
import { MediaCheck, type MediaFailure } from "../../media/verify/media-check.ts";
import { IMPORTED_LADDER } from "../../media/verify/media-tolerances.ts";

/** Where frames do not come evenly, what is guessed from their time stamps may be the 90,000 of the clock itself. */
const MOST_FRAMES_PER_SECOND = 120;

export function usableFrameRate({ frameRate }: SegmentFacts): FrameRate | null {
  return frameRate !== null && frameRate.numerator / frameRate.denominator <= MOST_FRAMES_PER_SECOND ? frameRate : null;
}

/** The media check of imported renditions while they are decrypted, by what their first segments are. */
export function createImportCheck(facts: ReadonlyMap<Quality, SegmentFacts>): MediaCheck {
  const rungs = [...facts].map(([quality, found]) => ({
    quality,
    expected: expectStored({
      hasPicture: found.width !== null,
      hasSound: found.hasAudio,
      frameRate: usableFrameRate(found),
    }),
  }));
  return new MediaCheck(rungs, IMPORTED_LADDER);
}

export function refuseImport({ fault }: MediaFailure): Refusal {
  return refuse(
    "media-check-failed",
    `The imported video failed its check: ${fault}. Make the video again from its source.`,
  );
}
