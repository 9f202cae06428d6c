export type SegmentSize = { readonly bytes: number; readonly durationSeconds: number };

/** Bits per second, rounded up to whole ones. */
export type MeasuredBandwidth = { readonly peak: number; readonly average: number };

/**
 * BANDWIDTH and AVERAGE-BANDWIDTH of one rung, from its segments as they are delivered (container, and padding once
 * they are encrypted). RFC 8216 4.3.4.2 and 4.1: the peak is the largest rate of any run of neighbouring segments that
 * lasts 0.5 to 1.5 target durations. A stream too short for any such run is its own run. Throws TypeError for an
 * empty stream and for segments without size or duration.
 */
export function measureBandwidth(segments: readonly SegmentSize[], targetDuration: number): MeasuredBandwidth {
  if (segments.length === 0) throw new TypeError("there is no bandwidth without segments");
  let bytes = 0;
  let seconds = 0;
  let peak = 0;
  for (const [first, segment] of segments.entries()) {
    if (!(segment.durationSeconds > 0 && segment.bytes > 0)) throw new TypeError("a segment has no size or duration");
    bytes += segment.bytes;
    seconds += segment.durationSeconds;
    peak = Math.max(peak, peakFrom(segments, first, targetDuration));
  }
  const average = bitRate(bytes, seconds);
  // The mean may exceed the peak if uneven segments leave part of the stream outside every run.
  return { peak: Math.ceil(Math.max(peak, average)), average: Math.ceil(average) };
}

/** The largest rate of the runs that start with segment `first`; 0 if none has the required length. */
function peakFrom(segments: readonly SegmentSize[], first: number, targetDuration: number): number {
  let bytes = 0;
  let seconds = 0;
  let peak = 0;
  for (let at = first; at < segments.length; at += 1) {
    bytes += segments[at]!.bytes;
    seconds += segments[at]!.durationSeconds;
    if (seconds > 1.5 * targetDuration) break;
    if (seconds >= 0.5 * targetDuration) peak = Math.max(peak, bitRate(bytes, seconds));
  }
  return peak;
}

function bitRate(bytes: number, seconds: number): number {
  return (8 * bytes) / seconds;
}
