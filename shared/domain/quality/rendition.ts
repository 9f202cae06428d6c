import type { Quality } from "./quality.ts";

/** A frame rate as a fraction, as ffmpeg and MPEG systems have it, never a rounded decimal. */
export type FrameRate = { readonly numerator: number; readonly denominator: number };

/**
 * Where time zero stands in the segments of our own ladders, on the 90 kHz clock of MPEG-TS: 1.4 s, which leaves room for
 * decode times before it.
 */
export const LADDER_START = 126_000;

/** One rendition, measured on its finished segments. */
export type AbrVariant = {
  readonly quality: Quality;
  /** Pixels; null for audio. */
  readonly width: number | null;
  readonly height: number | null;
  /** Bits per second, container included: the peak over windows of 0.5 to 1.5 target durations, and the mean. */
  readonly peakBandwidth: number;
  readonly averageBandwidth: number;
  /** RFC 6381 strings, comma separated, read from the bitstream. */
  readonly codecs: string;
  readonly frameRate: FrameRate | null;
  readonly segmentCount: number;
  readonly bytes: number;
};

/** What ffprobe reports of the source, for operators and editors. */
export type ProbeFacts = {
  readonly container: string;
  /** Seconds according to the header; unreliable until the output is measured. */
  readonly headerDuration: number | null;
  readonly video: {
    readonly codec: string;
    readonly width: number;
    readonly height: number;
    readonly rotation: number;
    readonly pixelFormat: string;
    readonly frameRate: FrameRate | null;
  } | null;
  readonly audio: { readonly codec: string; readonly channels: number; readonly sampleRate: number } | null;
};
