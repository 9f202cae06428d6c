/** What a stranger's file may ask of one job. */
export type MediaLimits = {
  /** Longest source, in seconds. */
  readonly maxSeconds: number;
  /** Longest side of the coded picture, in pixels. */
  readonly maxSide: number;
  /** Largest coded picture, in pixels: decoders hold many of them at once. */
  readonly maxPixels: number;
  /** Tracks of any kind: each costs buffers and time. */
  readonly maxTracks: number;
  /** Frames of one picture track; the time of each is held in memory, 8 bytes twice. */
  readonly maxFrames: number;
  /** Seconds that any conversion may take: starting up, a slow disk, a first keyframe that is far away. */
  readonly convertGrantedSeconds: number;
  /** Seconds that one second of the source may take beside. */
  readonly convertSecondsPerSecond: number;
  /** Longest conversion of any source, in seconds: one file must not hold a processor for weeks. */
  readonly convertMaxSeconds: number;
  /**
   * Private memory of one ffmpeg or ffprobe in bytes, where prlimit exists; null for none. Each core adds to it, since
   * encoders start threads by them.
   */
  readonly memoryBytes: number | null;
};

/** The largest picture of any level of H.264 (6.2), HEVC (6.2) and AV1 (6.3), and the longest side of the last. */
const LARGEST_LEVEL = { maxSide: 16_384, maxPixels: 8192 * 4352 };

export const DEFAULT_MEDIA_LIMITS: MediaLimits = {
  maxSeconds: 12 * 3600,
  ...LARGEST_LEVEL,
  maxTracks: 100,
  // 12 hours at 120 frames a second.
  maxFrames: 12 * 3600 * 120,
  convertGrantedSeconds: 1200,
  convertSecondsPerSecond: 40,
  // Twelve hours of 1080p take 15 on two cores; four times the pixels still fit.
  convertMaxSeconds: 2 * 86_400,
  // Measured: 0.9 GiB for 4K in 10 bit with four rungs on two cores, 90 MiB more for each further core.
  memoryBytes: 4 * 2 ** 30,
};

/** Seconds after which the conversion of a source of this length is given up. */
export function convertTimeout(sourceSeconds: number | null, limits: MediaLimits): number {
  const { maxSeconds, convertGrantedSeconds, convertSecondsPerSecond, convertMaxSeconds } = limits;
  const bySource = convertGrantedSeconds + (sourceSeconds ?? maxSeconds) * convertSecondsPerSecond;
  return Math.min(bySource, convertMaxSeconds);
}
