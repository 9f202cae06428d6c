import type { Quality } from "../../../shared/domain/quality/quality.ts";
import { type Refusal, refuse } from "../../media/refusal.ts";
import { expectStored } from "../../media/verify/expected-media.ts";
import { MediaCheck } from "../../media/verify/media-check.ts";
import { STORED_LADDER } from "../../media/verify/media-tolerances.ts";
import { VerificationFault } from "../../retryable-error.ts";
import type { EncryptedRung, EncryptOrder } from "./encrypted-rung.ts";

/** EXTINF is in microseconds and imported rungs may differ a little; anything above is a lost segment. */
const DURATION_SLACK_SECONDS = 0.5;

/** Trying again reads the same renditions: what is wrong with them is mended by making them again. */
const UPLOAD_AGAIN = "Upload the file again, so that it is transcoded again.";

/** The media check of the clear renditions while they are encrypted. */
export function createClearCheck(variants: EncryptOrder["variants"]): MediaCheck {
  const rungs = variants.map(({ quality, width, codecs, frameRate }) => ({
    quality,
    expected: expectStored({ hasPicture: width !== null, hasSound: codecs.includes("mp4a"), frameRate }),
  }));
  return new MediaCheck(rungs, STORED_LADDER);
}

/** Before anything is encrypted: the playlists against what the transcode job has recorded. */
export function refuseLengths(order: EncryptOrder, rungs: readonly EncryptedRung[]): Refusal | null {
  for (const { variant, durations } of rungs) {
    const seconds = durations.reduce((sum, duration) => sum + duration, 0);
    if (Math.abs(seconds - order.durationSeconds) <= DURATION_SLACK_SECONDS) continue;
    return broken(`${variant.quality} lasts ${seconds.toFixed(2)} s, not ${order.durationSeconds.toFixed(2)} s`);
  }
  return null;
}

/** The verdict when all segments have passed; throws VerificationFault where bytes are missing, which a second reading may find. */
export function refuseClear(check: MediaCheck, rungs: readonly EncryptedRung[]): Refusal | null {
  const counts = new Map<Quality, number>(rungs.map(({ variant, durations }) => [variant.quality, durations.length]));
  const verdict = check.finish(counts);
  if (verdict.kind === "failed") {
    if (verdict.damaged) throw new VerificationFault(`The stored video failed its check: ${verdict.fault}.`);
    return broken(verdict.fault);
  }
  const other = rungs.find((rung) => !isRecordedSize(rung));
  return other ? broken(`${other.variant.quality} has not the size that was recorded`) : null;
}

/** As it was recorded by the transcode job, or by an encryption, which pads every segment. */
function isRecordedSize({ variant, clearBytes, sizes }: EncryptedRung): boolean {
  const padded = sizes.reduce((sum, bytes) => sum + bytes, 0);
  return variant.bytes === clearBytes || variant.bytes === padded;
}

export function broken(fault: string): Refusal {
  return refuse("media-check-failed", `The stored video failed its check: ${fault}. ${UPLOAD_AGAIN}`);
}
