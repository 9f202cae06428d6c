import type { StreamScan } from "./packet-scan.ts";
import type { SourceFacts } from "./source-facts.ts";

/** Sound whose packets are there and of which a decoder makes nothing. */
export type SoundLoss = { readonly missingSeconds: number; readonly ofSeconds: number };

/** Priming and padding of codecs, frames without the ones that they refer to, a few damaged frames. */
const GRANTED_SECONDS = 0.5;
/** Recorders whose clock is not that of their sound card say that packets last a little longer than their samples. */
const GRANTED_SHARE = 0.005;
/** Of which less decodes, a track is noise. */
const LEAST_SHARE = 0.05;

/**
 * Compares the samples of a track with what its packets last; null where nothing to speak of is missing, or where the
 * packets do not say how long they last. `droppedSeconds` is what packets last that are not in the scan.
 */
export function findSoundLoss(
  scan: StreamScan | undefined,
  decodedSeconds: number,
  droppedSeconds = 0,
): SoundLoss | "broken" | null {
  const ofSeconds = (scan?.coveredSeconds ?? 0) + droppedSeconds;
  const missingSeconds = ofSeconds - decodedSeconds;
  if (missingSeconds <= Math.max(GRANTED_SECONDS, ofSeconds * GRANTED_SHARE)) return null;
  return decodedSeconds < ofSeconds * LEAST_SHARE ? "broken" : { missingSeconds, ofSeconds };
}

export function withSoundLoss(facts: SourceFacts, loss: SoundLoss | null): SourceFacts {
  if (!loss) return facts;
  const share = `About ${seconds(loss.missingSeconds)} of ${seconds(loss.ofSeconds)} of the sound`;
  const sentence = `${share} could not be decoded: it is silent there.`;
  return { ...facts, warnings: [...facts.warnings, sentence] };
}

/** A warning about sound that a decoder makes up where it is damaged; null where that is nothing to speak of. */
export function damagedSound(scan: StreamScan | undefined, soundSeconds: number): string | null {
  const loss = findSoundLoss(scan, soundSeconds);
  if (!loss) return null;
  const share = loss === "broken" ? "Most" : `About ${seconds(loss.missingSeconds)} of ${seconds(loss.ofSeconds)}`;
  return `${share} of the sound is damaged: it may be distorted there.`;
}

/** A warning about damage that is skipped where nothing says what time it is. */
export function skippedSound(skippedSeconds: number): string {
  return `About ${seconds(skippedSeconds)} of the sound is damaged or missing: what follows comes earlier.`;
}

function seconds(value: number): string {
  return `${value < 9.95 ? value.toFixed(1) : value.toFixed(0)} s`;
}
