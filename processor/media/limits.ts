/** What a stranger's file may ask of one job. */
export type MediaLimits = {
  /** Longest source, in seconds. */
  readonly maxSeconds: number;
  /** Longest side of the coded picture, in pixels. */
  readonly maxSide: number;
  /** Largest coded picture, in pixels: decoders hold many of them at once. */
  readonly maxPixels: number;
  /** Address space of ffmpeg in bytes, enforced where prlimit exists; null for none. */
  readonly addressSpaceBytes: number | null;
};

export const DEFAULT_MEDIA_LIMITS: MediaLimits = {
  maxSeconds: 12 * 3600,
  maxSide: 8192,
  maxPixels: 8192 * 4320,
  addressSpaceBytes: null,
};
