import {
  AUDIO_QUALITIES,
  type AudioQuality,
  nominalRung,
  type Quality,
  VIDEO_QUALITIES,
  type VideoQuality,
} from "../../../shared/domain/quality/quality.ts";
import type { FrameRate } from "../../../shared/domain/quality/rendition.ts";
import { type Refusal, refuse } from "../refusal.ts";
import { framesPerSecond } from "../source/frame-rate.ts";
import type { SourceAudio, SourceFacts, SourceVideo } from "../source/source-facts.ts";
import { planTimeline, type Timeline } from "./timeline.ts";

export type VideoRung = {
  readonly quality: VideoQuality;
  /** Pixels, even. */
  readonly width: number;
  readonly height: number;
  /** Bits per second of the whole rung, container included, that its measured peak should stay near. */
  readonly capBandwidth: number;
  /** What of it the video encoder may use. */
  readonly videoCap: number;
};

export type AudioRung = { readonly quality: AudioQuality; readonly audioBitrate: number };

export type VideoLadder = {
  readonly kind: "video";
  readonly rungs: readonly VideoRung[];
  readonly frameRate: FrameRate;
  /** Frames are dropped or repeated to come to the frame rate; false keeps each source frame. */
  readonly resample: boolean;
  readonly source: SourceVideo;
  /** Null for a silent video. */
  readonly audio: SourceAudio | null;
  readonly timeline: Timeline;
  readonly warnings: readonly string[];
};

export type AudioLadder = {
  readonly kind: "audio";
  readonly rungs: readonly AudioRung[];
  readonly frameRate: null;
  readonly audio: SourceAudio;
  readonly timeline: Timeline;
  readonly warnings: readonly string[];
};

export type LadderPlan = VideoLadder | AudioLadder;

export const VIDEO_RUNG_AUDIO_BITRATE = 128_000;

const CAP_BANDWIDTH: Record<VideoQuality, number> = {
  "1080p": 5_000_000,
  "720p": 2_800_000,
  "480p": 1_400_000,
  "360p": 800_000,
};

/** The rungs of a source and how its tracks come to them, or why it has none. */
export function planLadder(facts: SourceFacts, resourceType: "VIDEO" | "AUDIO"): LadderPlan | Refusal {
  const { video, audio } = facts;
  if (video && resourceType === "VIDEO") return videoLadder(video, audio, facts.warnings);
  if (resourceType === "VIDEO" && facts.undecodablePicture !== null) return refusePicture(facts.undecodablePicture);
  if (!audio)
    return refuse("no-video-or-audio", "The file has no sound that can be decoded, but it was uploaded as audio.");
  const note = resourceType === "VIDEO" ? ["The file has no picture: it is offered as audio."] : [];
  return {
    kind: "audio",
    rungs: AUDIO_QUALITIES.map((quality) => ({ quality, audioBitrate: nominalRung(quality) * 1000 })),
    frameRate: null,
    audio,
    timeline: planTimeline(null, audio),
    warnings: [...facts.warnings, ...note],
  };
}

/** A film is not published as its sound alone. */
function refusePicture(codec: string): Refusal {
  return refuse(
    "format-not-supported",
    `The picture (${codec}) cannot be decoded. Convert the video to MP4 with H.264, and upload that.`,
  );
}

/** The qualities of a plan, highest first. */
export function planQualities(plan: LadderPlan): Quality[] {
  return plan.rungs.map((rung) => rung.quality);
}

function videoLadder(video: SourceVideo, audio: SourceAudio | null, warnings: readonly string[]): VideoLadder {
  const timeline = planTimeline(video, audio);
  const { frameRate, resample } = video.frameRateChoice;
  const held = timeline.holdLastSeconds;
  const late = video.startSeconds.toFixed(1);
  const notes = [
    ...(timeline.fillStart ? [`The picture begins ${late} s after the sound: its first frame is shown before.`] : []),
    ...(held > 0 ? [`The picture ends ${held.toFixed(1)} s before the sound: its last frame stays.`] : []),
  ];
  return {
    kind: "video",
    rungs: rungQualities(video).map((quality) => videoRung(quality, video, frameRate, audio !== null)),
    frameRate,
    // Filling and holding need frames at equal distances.
    resample: resample || timeline.fillStart || held > 0,
    source: video,
    audio,
    timeline,
    warnings: [...warnings, ...notes],
  };
}

function rungQualities(video: SourceVideo): VideoQuality[] {
  const shortSide = Math.min(video.displayWidth, video.displayHeight);
  const fitting = VIDEO_QUALITIES.filter((quality) => nominalRung(quality) <= shortSide);
  return fitting.length > 0 ? fitting : ["360p"];
}

function videoRung(quality: VideoQuality, video: SourceVideo, rate: FrameRate, hasAudio: boolean): VideoRung {
  const scale = rungScale(nominalRung(quality), video);
  const capBandwidth = CAP_BANDWIDTH[quality];
  return {
    quality,
    width: even(video.displayWidth * scale, video.displayWidth),
    height: even(video.displayHeight * scale, video.displayHeight),
    capBandwidth,
    videoCap: videoCap(capBandwidth, framesPerSecond(rate), hasAudio),
  };
}

/** A scope film keeps the short side of its rung; a wider picture, as of several cameras side by side, does not. */
const LONG_SIDE_PER_SHORT_SIDE = 2.4;
/**
 * H.264 level 4.2, which phones decode, takes frames of 8704 macroblocks of 16 x 16 (ITU-T H.264, table A-1). 3 % less,
 * since sizes are rounded up to whole macroblocks.
 */
const MOST_RUNG_PIXELS = 2_160_000;

/** By the short side, with limits on the long side and on the whole; never above the source. */
function rungScale(nominal: number, { displayWidth, displayHeight }: SourceVideo): number {
  const [shortSide, longSide] = [displayWidth, displayHeight].sort((a, b) => a - b) as [number, number];
  const byShortSide = nominal / shortSide;
  const byLongSide = (nominal * LONG_SIDE_PER_SHORT_SIDE) / longSide;
  const byPixels = Math.sqrt(MOST_RUNG_PIXELS / (displayWidth * displayHeight));
  return Math.min(1, byShortSide, byLongSide, byPixels);
}

/** H.264 in 4:2:0 has even sizes: the nearest, but an odd source loses a line and never gains one. */
function even(pixels: number, source: number): number {
  return Math.max(2, Math.min(2 * Math.round(pixels / 2), source - (source % 2)));
}

/**
 * The cap less sound and transport stream. A TS packet of 188 bytes carries 184; every frame begins a PES (about 30
 * bytes of headers) and leaves half a packet of padding; tables and clock need about 20 kbit/s.
 */
function videoCap(capBandwidth: number, fps: number, hasAudio: boolean): number {
  const audio = hasAudio ? VIDEO_RUNG_AUDIO_BITRATE * 1.05 : 0;
  const framing = fps * (30 + 94) * 8 + 20_000;
  return Math.floor(((capBandwidth - audio - framing) * 184) / 188 / 1000) * 1000;
}
