import { segmentName } from "../../../shared/domain/object-keys.ts";
import type { AbrVariant } from "../../../shared/domain/rendition.ts";
import { measureBandwidth } from "../../../shared/hls/bandwidth.ts";
import { writeMediaPlaylist } from "../../../shared/hls/media-playlist.ts";
import { writeMultivariantPlaylist } from "../../../shared/hls/multivariant-playlist.ts";
import type { EncryptedRung } from "./encrypted-rung.ts";

/** The variant with its bandwidths measured on the ciphertext: padding is delivered as well. */
export function measuredVariant({ variant, durations, sizes }: EncryptedRung, targetDuration: number): AbrVariant {
  const segments = durations.map((durationSeconds, index) => ({ durationSeconds, bytes: sizes[index] ?? 0 }));
  const { peak, average } = measureBandwidth(segments, targetDuration);
  const bytes = segments.reduce((sum, segment) => sum + segment.bytes, 0);
  return { ...variant, peakBandwidth: peak, averageBandwidth: average, bytes };
}

/** The template of one quality: segments by their bare names, the key's URI with the placeholder for the token. */
export function writeEncryptedPlaylist({ durations, keyUri }: EncryptedRung, targetDuration: number): string {
  const segments = durations.map((durationSeconds, index) => ({ uri: segmentName(index + 1), durationSeconds }));
  return writeMediaPlaylist({ segments, key: { uri: keyUri }, minimumTargetDuration: targetDuration });
}

/** The unfiltered master; what a viewer gets of it is decided when it is asked for. */
export function writeEncryptedMaster(variants: readonly AbrVariant[]): string {
  return writeMultivariantPlaylist({
    variants: variants.map((variant) => ({ ...variant, uri: `${variant.quality}/index.m3u8` })),
  });
}
