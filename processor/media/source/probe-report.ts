import { MOST_CAPTIONS } from "../../../shared/domain/part/caption.ts";
import { type Refusal, refuse } from "../refusal.ts";
import { refuseAbsentMedia } from "./absent-media.ts";
import type { ChosenClock } from "./choose-clock.ts";
import { chooseStreams } from "./choose-streams.ts";
import { codecName } from "./codec-name.ts";
import type { ContainerEnd } from "./container-end.ts";
import { refuseDolbyVision } from "./dolby-vision.ts";
import { chooseFrameRate, framesPerSecond, measureCadence, parseFrameRate } from "./frame-rate.ts";
import { findIncompleteness } from "./incomplete.ts";
import { chooseDeinterlacing, isInterlaced } from "./interlacing.ts";
import { refuseContinuation } from "./joined-tracks.ts";
import type { MediaLimits } from "./limits.ts";
import { clockMayStep, findOrigin } from "./origin.ts";
import type { StreamScan } from "./packet-scan.ts";
import { displaySize, pixelAspect } from "./picture-shape.ts";
import { readProgrammes } from "./programmes.ts";
import { COPY_PROTECTED } from "./refused-content.ts";
import { readChapters } from "./source-chapters.ts";
import {
  ANALYZED_SPAN,
  type AnalyzedSpan,
  type SourceAudio,
  type SourceFacts,
  type SourceReading,
  type SourceVideo,
  type TransferKind,
} from "./source-facts.ts";
import { sourceNotes } from "./source-notes.ts";
import { isPicture, isSound, parseReport, type StreamReport } from "./stream-report.ts";
import { textSubtitles, toSubtitles } from "./text-subtitles.ts";
import {
  isScrambled,
  isTiny,
  leftOut,
  SMALLEST_SIDE,
  type StreamKnowledge,
  undecodablePicture,
} from "./usable-streams.ts";

export type ProbeInput = StreamKnowledge & {
  /** What ffprobe printed with `-show_format -show_streams -of json`, parsed as JSON. */
  readonly report: unknown;
  readonly limits: MediaLimits;
  /** Whether the file ends where its structure says. */
  readonly end: ContainerEnd;
  /** Identifiers (`id`) of tracks whose codec changes on the way. */
  readonly retyped?: ReadonlySet<number>;
  /** How much of the file the report was made from. */
  readonly analyzed?: AnalyzedSpan;
  /** Only the sound is converted. */
  readonly soundOnly?: boolean;
  /** How the chosen tracks are read where their clock steps. */
  readonly clock?: ChosenClock;
};

/** ffprobe's view of a file -> the facts that the ladder is planned from, or why the file cannot be used. */
export function readProbeReport(input: ProbeInput): { readonly kind: "facts"; readonly facts: SourceFacts } | Refusal {
  const report = parseReport(input.report);
  if (!report) return refuse("source-unreadable", NOT_MEDIA);
  const { streams, format } = report;
  const refusal = refuseStreams(streams, input.limits);
  if (refusal) return refusal;
  const { video, audio, audioRight } = chooseStreams(streams, readProgrammes(report), input);
  if (hidesTrack(streams, { video, audio }, input)) return COPY_PROTECTED;
  const dolbyVision = video && refuseDolbyVision(video);
  if (dolbyVision) return dolbyVision;
  const absent = refuseAbsentMedia(streams, { video, audio }, input.scans, input.end);
  if (absent) return absent;
  if (!video && !audio) return refuseUnusable(streams);
  const chosen = [video, audio, audioRight].filter((stream) => stream !== null);
  const incompleteness = findIncompleteness(chosen, input.scans, input.end);
  if (incompleteness?.kind === "refused") return incompleteness;
  const container = format?.format_name ?? "unknown";
  const mayStep = clockMayStep(container);
  const continuation = mayStep ? refuseContinuation(streams, chosen, input) : null;
  if (continuation) return continuation;

  const used = input.soundOnly && audio ? [audio] : chosen;
  const { origin, shift } = findOrigin(report, used);
  const scans = new Map([...input.scans, ...(input.clock?.reading.scans ?? [])]);
  const context = { ...input, scans, origin, mayStep };
  const tracks = {
    video: video && toVideo(video, context),
    audio: audio && toAudio(audio, audioRight, context),
  };
  const subtitles = textSubtitles(streams, container).slice(0, MOST_CAPTIONS);
  const facts: SourceFacts = {
    container,
    headerDuration: format?.duration ?? null,
    originSeconds: origin,
    reading: readingOf(video, shift, input),
    ...tracks,
    subtitles: subtitles.map(toSubtitles),
    chapters: readChapters(report),
    undecodablePicture: video ? null : undecodablePicture(streams, input),
    warnings: [
      ...(incompleteness ? [incompleteness.sentence] : []),
      ...(input.clock?.warnings ?? []),
      ...sourceNotes(tracks.video, tracks.audio),
      ...leftOut(streams, [...chosen, ...subtitles], input),
    ],
  };
  return refuseLength(facts, input.limits) ?? { kind: "facts", facts };
}

function readingOf(video: StreamReport | null, originShiftSeconds: number, input: ProbeInput): SourceReading {
  const untimed = video !== null && input.scans.get(video.index)?.timed === false;
  return {
    originShiftSeconds,
    clockStepSeconds: input.clock?.reading.thresholdSeconds ?? null,
    analyzed: input.analyzed ?? ANALYZED_SPAN,
    elementaryFrameRate: untimed ? parseFrameRate(video.r_frame_rate) : null,
  };
}

const NOT_MEDIA =
  "The file is no video or audio that is known here, or it is damaged. Check that it plays on your computer, and upload it again.";

/** Whether all pictures or all sound of the file are scrambled: without them it is not what was uploaded. */
function hidesTrack(
  streams: readonly StreamReport[],
  { video, audio }: { readonly video: StreamReport | null; readonly audio: StreamReport | null },
  { scrambled }: ProbeInput,
): boolean {
  const hidden = streams.filter((stream) => isScrambled(stream, scrambled));
  return (!video && hidden.some(isPicture)) || (!audio && hidden.some(isSound));
}

/** HTTP Live Streaming, SAMPLE-AES: stream types of encrypted H.264, AAC, AC-3 and E-AC-3 in a transport stream. */
const SAMPLE_ENCRYPTED_TYPES = ["0x00db", "0x00cf", "0x00c1", "0x00c2"];

function isSampleEncrypted({ codec_tag = "" }: StreamReport): boolean {
  return SAMPLE_ENCRYPTED_TYPES.includes(codec_tag);
}

function refuseStreams(streams: readonly StreamReport[], limits: MediaLimits): Refusal | null {
  if (!streams.some((stream) => isPicture(stream) || isSound(stream))) {
    return refuse("no-video-or-audio", "The file holds no video and no audio. Upload a video or audio file.");
  }
  if (streams.length > limits.maxTracks) {
    return refuse(
      "media-over-limits",
      `The file has ${streams.length} tracks, at most ${limits.maxTracks} are accepted. Export fewer.`,
    );
  }
  if (streams.some(isSampleEncrypted)) return COPY_PROTECTED;
  const large = streams.find((stream) => isPicture(stream) && exceeds(stream, limits));
  if (!large) return null;
  const limit = `${limits.maxSide} on a side and ${Math.floor(limits.maxPixels / 1e6)} million in all`;
  return refuse(
    "media-over-limits",
    `The picture is too large: ${large.width} x ${large.height} pixels, at most ${limit}. Make it smaller.`,
  );
}

function exceeds({ width = 0, height = 0 }: StreamReport, limits: MediaLimits): boolean {
  return Math.max(width, height) > limits.maxSide || width * height > limits.maxPixels;
}

function refuseUnusable(streams: readonly StreamReport[]): Refusal {
  const tiny = streams.find((stream) => isPicture(stream) && isTiny(stream));
  if (tiny) {
    const size = `only ${tiny.width} x ${tiny.height} pixels, at least ${SMALLEST_SIDE} on each side are needed`;
    return refuse("media-over-limits", `The picture is ${size}. Export the video again at its real size.`);
  }
  const codecs = [...new Set(streams.filter((s) => isPicture(s) || isSound(s)).map(codecName))];
  const names = codecs.slice(0, 5).join(", ");
  return refuse(
    "format-not-supported",
    `Nothing in the file can be decoded (${names}). Convert it to MP4 with H.264 and AAC, and upload that.`,
  );
}

/** Measured ends only: a header may claim 143,165 s for a clip of one second. */
export function refuseLength({ video, audio }: SourceFacts, limits: MediaLimits): Refusal | null {
  const longest = Math.max(video?.endSeconds ?? 0, audio?.endSeconds ?? 0);
  if (longest > limits.maxSeconds) {
    const minutes = `${Math.round(longest / 60)} minutes, at most ${Math.round(limits.maxSeconds / 60)}`;
    return refuse("too-long", `The file is too long: ${minutes}. Upload it in parts.`);
  }
  const frames = video?.frames ?? 0;
  return frames > limits.maxFrames
    ? refuse(
        "media-over-limits",
        `The video has too many frames: ${frames}, at most ${limits.maxFrames}. Upload it in parts.`,
      )
    : null;
}

type Context = ProbeInput & { readonly origin: number; readonly mayStep: boolean };

function toVideo(stream: StreamReport, context: Context): SourceVideo {
  const rotation = rotationOf(stream);
  const sampleAspectRatio = pixelAspect(stream.sample_aspect_ratio);
  const { width = 0, height = 0 } = stream;
  const interlaced = isInterlaced(stream);
  const declared = parseFrameRate(stream.r_frame_rate);
  const average = parseFrameRate(stream.avg_frame_rate);
  const scan = context.scans.get(stream.index);
  const cadence = scan ? measureCadence(scan.times) : null;
  const joined = (context.clock?.reading.joins.length ?? 0) > 0;
  const frameRateChoice = chooseFrameRate({ declared, average, cadence, interlaced });
  return {
    streamIndex: stream.index,
    codec: stream.codec_name ?? "unknown",
    width,
    height,
    rotation,
    displayMatrix: displayMatrixOf(stream),
    sampleAspectRatio,
    ...displaySize({ width, height, sampleAspectRatio }, rotation),
    declaredFrameRate: declared,
    averageFrameRate: average,
    // Recordings that were joined do not meet at the distance of a frame.
    frameRateChoice: { ...frameRateChoice, resample: frameRateChoice.resample || joined },
    pixelFormat: stream.pix_fmt ?? "unknown",
    interlaced,
    deinterlacing: chooseDeinterlacing(stream),
    transfer: transferKind(stream.color_transfer),
    color: {
      space: known(stream.color_space),
      primaries: known(stream.color_primaries),
      transfer: known(stream.color_transfer),
    },
    indexedFrames: stream.nb_frames ?? null,
    frames: scan?.frames ?? null,
    frameTimes: (scan?.times ?? new Float64Array()).map((seconds) => seconds - context.origin),
    ...span(scan, 1 / framesPerSecond(frameRateChoice.frameRate), context),
  };
}

function toAudio(stream: StreamReport, right: StreamReport | null, context: Context): SourceAudio {
  const scan = context.scans.get(stream.index);
  const { startSeconds, endSeconds } = span(scan, 0, context);
  return {
    streamIndex: stream.index,
    rightStreamIndex: right?.index ?? null,
    codec: stream.codec_name ?? "unknown",
    channels: right ? 2 : (stream.channels ?? 0),
    sampleRate: stream.sample_rate ?? 0,
    changesFormat: false,
    hiddenChannels: null,
    startSeconds,
    // Only decoding shows where sound ends whose packets have no time or no length.
    endSeconds: scan?.endKnown ? endSeconds : null,
  };
}

/** Start and end after the origin of the file; the last frame lasts at least `frameSeconds`. */
function span(scan: StreamScan | undefined, frameSeconds: number, { origin, mayStep }: Context) {
  if (!scan) return { startSeconds: 0, endSeconds: null };
  const end = Math.max(scan.endSeconds, scan.lastSeconds + frameSeconds) - origin;
  return { startSeconds: scan.firstSeconds - origin, endSeconds: scan.steps && mayStep ? null : end };
}

/** ffprobe counts counter-clockwise; some old files only have a `rotate` tag, clockwise. */
function rotationOf(stream: StreamReport): number {
  const matrix = stream.side_data_list?.map((side) => side.rotation).find(isRotation);
  const tagged = Number(stream.tags?.rotate ?? 0);
  const clockwise = matrix === undefined ? (isRotation(tagged) ? tagged : 0) : -matrix;
  const quarter = Math.round(clockwise / 90) * 90;
  // ffmpeg turns other angles inside the coded frame, which then keeps its size.
  return Math.abs(clockwise - quarter) <= 1 ? ((quarter % 360) + 360) % 360 : 0;
}

/** A matrix of zeros has no angle, which ffprobe prints as the smallest integer. */
function isRotation(degrees: number | undefined): degrees is number {
  return degrees !== undefined && Math.abs(degrees) <= 360;
}

/** ffprobe prints three lines of an address and three numbers. */
function displayMatrixOf(stream: StreamReport): number[] | null {
  const text = stream.side_data_list?.find((side) => side.displaymatrix !== undefined)?.displaymatrix ?? "";
  const rows = text.split("\n").map((line) => line.replace(/^.*:/, "").trim());
  const numbers = rows.filter((row) => row !== "").flatMap((row) => row.split(/\s+/).map(Number));
  return numbers.length === 9 && numbers.every(Number.isFinite) ? numbers : null;
}

function transferKind(name: string | undefined): TransferKind {
  if (name === "smpte2084") return "pq";
  return name === "arib-std-b67" ? "hlg" : "sdr";
}

function known(name: string | undefined): string | null {
  return name === undefined || ["unknown", "unspecified", "reserved"].includes(name) ? null : name;
}
