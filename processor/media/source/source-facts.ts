import type { FrameRate, ProbeFacts } from "../../../shared/domain/quality/rendition.ts";
import type { FormatRun } from "./hidden-formats.ts";
import type { SourceChapter } from "./source-chapters.ts";
import type { SourceSubtitles } from "./text-subtitles.ts";

/** How light is coded: SDR, or one of the two HDR curves that must be tone-mapped. */
export type TransferKind = "sdr" | "pq" | "hlg";

/** Frames that are made of two fields: those that the decoder marks, or all of them where only the container knows. */
export type Deinterlacing = "none" | "marked" | "all-top-first" | "all-bottom-first";

/** What the frame rate of the ladder is, and whether frames must be dropped or repeated to get there. */
export type FrameRateChoice = { readonly frameRate: FrameRate; readonly resample: boolean };

export type SourceVideo = {
  readonly streamIndex: number;
  readonly codec: string;
  /** Pixels as they are coded, before rotation and pixel aspect. */
  readonly width: number;
  readonly height: number;
  /** Degrees clockwise that a player turns the picture: 0, 90, 180 or 270. */
  readonly rotation: number;
  /** The nine numbers of the matrix behind it, which may also mirror; null where there is none. */
  readonly displayMatrix: readonly number[] | null;
  readonly sampleAspectRatio: { readonly numerator: number; readonly denominator: number };
  /** Square pixels as a viewer sees them, after rotation and pixel aspect. */
  readonly displayWidth: number;
  readonly displayHeight: number;
  readonly declaredFrameRate: FrameRate | null;
  readonly averageFrameRate: FrameRate | null;
  readonly frameRateChoice: FrameRateChoice;
  readonly pixelFormat: string;
  /** Whether the file says that its frames are made of two fields. */
  readonly interlaced: boolean;
  readonly deinterlacing: Deinterlacing;
  readonly transfer: TransferKind;
  /** Names as ffmpeg writes them, null where the file does not say. */
  readonly color: {
    readonly space: string | null;
    readonly primaries: string | null;
    readonly transfer: string | null;
  };
  /** Frames that the container's index names, null where it has none. */
  readonly indexedFrames: number | null;
  /** Frames that the file shows, found by reading it; null before it was read. */
  readonly frames: number | null;
  /** Seconds after the start of the file at which frames are shown, in order; empty before it was read. */
  readonly frameTimes: Float64Array;
  /** Seconds after the start of the file; the end is null where the time line cannot be trusted. */
  readonly startSeconds: number;
  readonly endSeconds: number | null;
};

export type SourceAudio = {
  readonly streamIndex: number;
  /** The track of the right channel, where `streamIndex` is a mono track that holds the left one; null else. */
  readonly rightStreamIndex: number | null;
  readonly codec: string;
  readonly channels: number;
  readonly sampleRate: number;
  /** Channels, sample rate or sample format change on the way: ffmpeg then rebuilds its filters. */
  readonly changesFormat: boolean;
  /** Recordings of different channels under one description, which decoders cannot distinguish; null for most files. */
  readonly hiddenChannels: readonly FormatRun[] | null;
  readonly startSeconds: number;
  readonly endSeconds: number | null;
};

/** What ffmpeg must be asked for so that it reads the file as the facts say. */
export type SourceReading = {
  /** Seconds between the start of the file and the start of the chosen tracks, where the container counts only these. */
  readonly originShiftSeconds: number;
  /** A step of more than this is a new clock; null for ffmpeg's own 10 s. */
  readonly clockStepSeconds: number | null;
  /** Seconds and bytes of the file that are read to find the parameters of its tracks. */
  readonly analyzed: AnalyzedSpan;
  /** The rate of the pictures of an elementary stream, which has no times; null for every other file. */
  readonly elementaryFrameRate: FrameRate | null;
};

export type AnalyzedSpan = { readonly seconds: number; readonly bytes: number };

/** Enough for most tracks that begin late. */
export const ANALYZED_SPAN: AnalyzedSpan = { seconds: 15, bytes: 32 * 2 ** 20 };

export const PLAIN_READING: SourceReading = {
  originShiftSeconds: 0,
  clockStepSeconds: null,
  analyzed: ANALYZED_SPAN,
  elementaryFrameRate: null,
};

export type SourceFacts = {
  readonly container: string;
  /** Seconds, as the header claims: never to be believed alone. */
  readonly headerDuration: number | null;
  /** Seconds at which the first packet of the file or of its chosen tracks stands; ffmpeg moves it to zero. */
  readonly originSeconds: number;
  readonly reading: SourceReading;
  readonly video: SourceVideo | null;
  readonly audio: SourceAudio | null;
  /** Those that become captions. */
  readonly subtitles: readonly SourceSubtitles[];
  readonly chapters: readonly SourceChapter[];
  /** The codec of a picture that is there and that no decoder takes; null where there is none, or a usable one. */
  readonly undecodablePicture: string | null;
  /** Sentences for the job: what is missing, and what was left out. */
  readonly warnings: readonly string[];
};

/** The part of the facts that is stored with the file. */
export function toProbeFacts(facts: SourceFacts): ProbeFacts {
  const { video, audio } = facts;
  return {
    container: facts.container,
    headerDuration: facts.headerDuration,
    video: video && {
      codec: video.codec,
      width: video.width,
      height: video.height,
      rotation: video.rotation,
      pixelFormat: video.pixelFormat,
      frameRate: video.frameRateChoice.frameRate,
    },
    audio: audio && { codec: audio.codec, channels: audio.channels, sampleRate: audio.sampleRate },
  };
}
