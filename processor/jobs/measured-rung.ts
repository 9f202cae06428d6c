import { segmentName } from "../../shared/domain/part/object-keys.ts";
import type { AbrVariant } from "../../shared/domain/quality/rendition.ts";
import { measureBandwidth, type SegmentSize } from "../../shared/hls/bandwidth.ts";
import { targetDurationOf, writeMediaPlaylist } from "../../shared/hls/media-playlist.ts";

export type Rung = { readonly segments: readonly SegmentSize[] };

/** Whole seconds: all playlists of a ladder state the same target duration. */
export function commonTargetDuration(rungs: readonly Rung[]): number {
  return Math.max(...rungs.map(({ segments }) => targetDurationOf(segments)));
}

/** What a variant states about its stored segments. */
export function measureRung(
  { segments }: Rung,
  targetDuration: number,
): Pick<AbrVariant, "peakBandwidth" | "averageBandwidth" | "segmentCount" | "bytes"> {
  const { peak, average } = measureBandwidth(segments, targetDuration);
  return {
    peakBandwidth: peak,
    averageBandwidth: average,
    segmentCount: segments.length,
    bytes: segments.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/** Segments by their bare names; `keyUri` for ciphertext. */
export function writeRungPlaylist({ segments }: Rung, targetDuration: number, keyUri?: string): string {
  const named = segments.map(({ durationSeconds }, index) => ({ durationSeconds, uri: segmentName(index + 1) }));
  const key = keyUri === undefined ? undefined : { uri: keyUri };
  return writeMediaPlaylist({ segments: named, key, minimumTargetDuration: targetDuration });
}
