import { z } from "zod";
import { chooseFrameRate, framesPerSecond, measureCadence, parseFrameRate } from "./frame-rate.ts";
import type { MediaLimits } from "./limits.ts";
import type { StreamScan } from "./packet-scan.ts";
import { type Refusal, refuse } from "./refusal.ts";
import type { SourceAudio, SourceFacts, SourceVideo, TransferKind } from "./source-facts.ts";

const sideDataSchema = z.looseObject({ side_data_type: z.string().optional(), rotation: z.coerce.number().optional() });

const streamSchema = z.looseObject({
  index: z.number(),
  codec_type: z.string().optional(),
  codec_name: z.string().optional(),
  codec_tag_string: z.string().optional(),
  width: z.number().optional(),
  height: z.number().optional(),
  sample_aspect_ratio: z.string().optional(),
  r_frame_rate: z.string().optional(),
  avg_frame_rate: z.string().optional(),
  pix_fmt: z.string().optional(),
  field_order: z.string().optional(),
  color_space: z.string().optional(),
  color_primaries: z.string().optional(),
  color_transfer: z.string().optional(),
  sample_rate: z.coerce.number().optional(),
  channels: z.number().optional(),
  nb_frames: z.coerce.number().optional(),
  duration: z.coerce.number().optional(),
  disposition: z.looseObject({ attached_pic: z.number().optional() }).optional(),
  side_data_list: z.array(sideDataSchema).optional(),
  tags: z.looseObject({ rotate: z.string().optional(), language: z.string().optional() }).optional(),
});

const reportSchema = z.looseObject({
  streams: z.array(streamSchema).default([]),
  format: z
    .looseObject({
      format_name: z.string().optional(),
      duration: z.coerce.number().optional(),
      start_time: z.coerce.number().optional(),
    })
    .optional(),
});

type Stream = z.infer<typeof streamSchema>;

export type ProbeInput = {
  /** What ffprobe printed with `-show_format -show_streams -of json`, parsed as JSON. */
  readonly report: unknown;
  /** What a pass over the packets found, by stream index. */
  readonly scans: ReadonlyMap<number, StreamScan>;
  readonly limits: MediaLimits;
  /** Whether the ffmpeg at hand has a decoder for a codec name. */
  readonly isDecodable: (codec: string) => boolean;
};

/** ffprobe's view of a file -> the facts that the ladder is planned from, or why the file cannot be used. */
export function readProbeReport(input: ProbeInput): { readonly kind: "facts"; readonly facts: SourceFacts } | Refusal {
  const parsed = reportSchema.safeParse(input.report);
  if (!parsed.success) return refuse("The file could not be read as video or audio.");
  const { streams, format } = parsed.data;
  const refusal = refuseStreams(streams, input.limits);
  if (refusal) return refusal;

  const clockMayJump = /^(mpegts|mpeg)$/.test(format?.format_name ?? "");
  const origin = format?.start_time ?? 0;
  const context = { ...input, origin, clockMayJump };
  const videoStream = streams.find((stream) => isPicture(stream) && isUsable(stream, input));
  const audioStream = streams.find((stream) => stream.codec_type === "audio" && isUsable(stream, input));
  if (!videoStream && !audioStream) return refuse("The file has no picture and no sound that can be decoded.");
  const truncated = [videoStream, audioStream].some((stream) => stream && isTruncated(stream, input.scans));
  if (truncated) return refuse("The file is incomplete: its index names more than it holds. Upload it again.");

  const facts: SourceFacts = {
    container: format?.format_name ?? "unknown",
    headerDuration: format?.duration ?? null,
    originSeconds: origin,
    video: videoStream ? toVideo(videoStream, context) : null,
    audio: audioStream ? toAudio(audioStream, context) : null,
    warnings: leftOut(streams, videoStream, audioStream, input),
  };
  return refuseLength(facts, input.limits) ?? { kind: "facts", facts };
}

function refuseStreams(streams: readonly Stream[], limits: MediaLimits): Refusal | null {
  if (!streams.some((stream) => isPicture(stream) || stream.codec_type === "audio")) {
    return refuse("The file holds no video and no audio.");
  }
  if (streams.some((stream) => /^(encv|enca|drm[si])$/.test(stream.codec_tag_string ?? ""))) {
    return refuse("The file is copy-protected (encrypted media) and cannot be converted.");
  }
  const large = streams.find((stream) => isPicture(stream) && exceeds(stream, limits));
  return large
    ? refuse(`The picture is too large: ${large.width} x ${large.height}, at most ${limits.maxSide} on a side.`)
    : null;
}

function exceeds({ width = 0, height = 0 }: Stream, limits: MediaLimits): boolean {
  return Math.max(width, height) > limits.maxSide || width * height > limits.maxPixels;
}

/** Measured ends only: a header may claim 143,165 s for a clip of one second. */
function refuseLength(facts: SourceFacts, limits: MediaLimits): Refusal | null {
  const longest = Math.max(facts.video?.endSeconds ?? 0, facts.audio?.endSeconds ?? 0);
  return longest > limits.maxSeconds
    ? refuse(
        `The file is too long: ${Math.round(longest / 60)} minutes, at most ${Math.round(limits.maxSeconds / 60)}.`,
      )
    : null;
}

function isPicture(stream: Stream): boolean {
  return stream.codec_type === "video" && stream.disposition?.attached_pic !== 1;
}

function isUsable(stream: Stream, { isDecodable, scans }: ProbeInput): boolean {
  const codec = stream.codec_name ?? "unknown";
  if (codec === "unknown" || !isDecodable(codec) || !scans.has(stream.index)) return false;
  return stream.codec_type === "audio"
    ? (stream.sample_rate ?? 0) > 0 && (stream.channels ?? 0) > 0
    : (stream.width ?? 0) > 0 && (stream.height ?? 0) > 0;
}

/**
 * An index that names samples beyond the end of the file: an upload or a download that was cut off. Both must fall
 * short: an edit list hides frames on purpose (the duration then shrinks with it), and fragmented files without an
 * index claim any duration.
 */
function isTruncated(stream: Stream, scans: ReadonlyMap<number, StreamScan>): boolean {
  const scan = scans.get(stream.index);
  const { nb_frames: indexed, duration } = stream;
  if (!scan || indexed === undefined || duration === undefined) return false;
  return scan.packets < indexed * 0.95 && scan.endSeconds - scan.firstSeconds < duration * 0.95 - 0.5;
}

type Context = ProbeInput & { readonly origin: number; readonly clockMayJump: boolean };

function toVideo(stream: Stream, context: Context): SourceVideo {
  const rotation = rotationOf(stream);
  const sampleAspectRatio = pixelAspect(stream.sample_aspect_ratio);
  const { width = 0, height = 0 } = stream;
  const wide = Math.round((width * sampleAspectRatio.numerator) / sampleAspectRatio.denominator);
  const interlaced = ["tt", "bb", "tb", "bt"].includes(stream.field_order ?? "");
  const declared = parseFrameRate(stream.r_frame_rate);
  const average = parseFrameRate(stream.avg_frame_rate);
  const scan = context.scans.get(stream.index);
  const cadence = scan ? measureCadence(scan.times) : null;
  const frameRateChoice = chooseFrameRate({ declared, average, cadence, interlaced });
  return {
    streamIndex: stream.index,
    codec: stream.codec_name ?? "unknown",
    width,
    height,
    rotation,
    sampleAspectRatio,
    displayWidth: rotation % 180 === 0 ? wide : height,
    displayHeight: rotation % 180 === 0 ? height : wide,
    declaredFrameRate: declared,
    averageFrameRate: average,
    frameRateChoice,
    pixelFormat: stream.pix_fmt ?? "unknown",
    interlaced,
    transfer: transferKind(stream.color_transfer),
    color: {
      space: known(stream.color_space),
      primaries: known(stream.color_primaries),
      transfer: known(stream.color_transfer),
    },
    indexedFrames: stream.nb_frames ?? null,
    frames: scan?.packets ?? null,
    ...span(scan, 1 / framesPerSecond(frameRateChoice.frameRate), context),
  };
}

function toAudio(stream: Stream, context: Context): SourceAudio {
  return {
    streamIndex: stream.index,
    codec: stream.codec_name ?? "unknown",
    channels: stream.channels ?? 0,
    sampleRate: stream.sample_rate ?? 0,
    ...span(context.scans.get(stream.index), 0, context),
  };
}

/** Start and end after the origin of the file; the last frame lasts at least `frameSeconds`. */
function span(scan: StreamScan | undefined, frameSeconds: number, { origin, clockMayJump }: Context) {
  if (!scan) return { startSeconds: 0, endSeconds: null };
  const end = Math.max(scan.endSeconds, scan.lastSeconds + frameSeconds) - origin;
  const trusted = scan.continuous || !clockMayJump;
  return { startSeconds: scan.firstSeconds - origin, endSeconds: trusted ? end : null };
}

/** ffprobe counts counter-clockwise; some old files only have a `rotate` tag, clockwise. */
function rotationOf(stream: Stream): number {
  const matrix = stream.side_data_list?.find((side) => side.rotation !== undefined)?.rotation;
  const clockwise = matrix === undefined ? Number(stream.tags?.rotate ?? 0) : -matrix;
  const quarter = Math.round(clockwise / 90) * 90;
  // ffmpeg turns other angles inside the coded frame, which then keeps its size.
  return Number.isFinite(clockwise) && Math.abs(clockwise - quarter) <= 1 ? ((quarter % 360) + 360) % 360 : 0;
}

function pixelAspect(text: string | undefined): { numerator: number; denominator: number } {
  const [numerator = 0, denominator = 0] = (text ?? "").split(":").map(Number);
  const ratio = numerator / denominator;
  return ratio > 0.05 && ratio < 20 ? { numerator, denominator } : { numerator: 1, denominator: 1 };
}

function transferKind(name: string | undefined): TransferKind {
  if (name === "smpte2084") return "pq";
  return name === "arib-std-b67" ? "hlg" : "sdr";
}

function known(name: string | undefined): string | null {
  return name === undefined || ["unknown", "unspecified", "reserved"].includes(name) ? null : name;
}

function leftOut(
  streams: readonly Stream[],
  video: Stream | undefined,
  audio: Stream | undefined,
  input: ProbeInput,
): string[] {
  return streams
    .filter((stream) => stream !== video && stream !== audio)
    .map((stream) => leftOutReason(stream, input))
    .filter((reason) => reason !== null);
}

function leftOutReason(stream: Stream, input: ProbeInput): string | null {
  const name = `${stream.codec_name ?? "unknown"}${stream.tags?.language ? `, ${stream.tags.language}` : ""}`;
  const track = `track ${stream.index} (${name})`;
  switch (stream.codec_type) {
    case "subtitle":
      return `Left out: subtitles, ${track}.`;
    case "audio":
      return isUsable(stream, input)
        ? `Left out: a further audio ${track}.`
        : `Left out: audio ${track}, which cannot be decoded.`;
    case "video":
      if (!isPicture(stream)) return null;
      return isUsable(stream, input)
        ? `Left out: a further video ${track}.`
        : `Left out: video ${track}, which cannot be decoded.`;
    default:
      return null;
  }
}
