import type { Quality } from "../../../shared/domain/quality/quality.ts";
import { LADDER_START } from "../../../shared/domain/quality/rendition.ts";
import { type ImageOutput, imageOutputs } from "../images/image-filters.ts";
import type { ImagePlan } from "../images/image-plan.ts";
import { type Refusal, refuse } from "../refusal.ts";
import { framesPerSecond } from "../source/frame-rate.ts";
import type { MediaLimits } from "../source/limits.ts";
import { ANALYZED_SPAN, type SourceReading } from "../source/source-facts.ts";
import { needsZscale } from "./color-filters.ts";
import { filterGraphs, type ReplacedSound } from "./filter-graph.ts";
import { type LadderPlan, planQualities, VIDEO_RUNG_AUDIO_BITRATE, type VideoLadder } from "./ladder.ts";

export const SEGMENT_SECONDS = 6;
const GOP_SECONDS = 2;
/** Seconds of maxrate that a frame may borrow ahead: less blurs scene changes, more lets a window run over the cap. */
const BUFFER_SECONDS = 1.5;
/**
 * Below this, no B-frames: their decode times lie several frames before the presentation, which at one frame a second
 * is before zero, and players begin late.
 */
const REORDERED_FROM_FPS = 15;
/** Packets are cut this much before the full second too, as time stamps are rounded; far less than a frame. */
const SEGMENT_TIME_DELTA_SECONDS = 0.001;
const KEYFRAME_TIME_DELTA_SECONDS = 0.0001;
/** Higher than any distance of two forced keyframes, so that x264 never adds one itself. */
const NO_KEYFRAME_OF_ITS_OWN = 6000;
/** Where time zero of a ladder stands in its segments: room for the decode times before it and the priming of AAC. */
export const PRESENTATION_START_SECONDS = LADDER_START / 90_000;
/** Presentation starts at twice this. */
const MUX_DELAY_MICROSECONDS = (PRESENTATION_START_SECONDS * 1_000_000) / 2;

/** The containers that are taken. What points at other files (concat, DASH, HLS, image patterns) is not among them. */
export const INPUT_FORMATS = [
  ..."mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mpegts,mpeg,mpegvideo,avi,flv,asf,mxf,ogg,gxf,rm,nut,dv,ivf".split(","),
  ..."mp3,aac,ac3,eac3,flac,wav,w64,aiff,caf,amr,au,ape,wv,tta,dts,dsf,h264,hevc".split(","),
] as const;

/**
 * Only a local file, only a known container, no picture that is larger than its header said, and enough of the file
 * read to see streams that begin late.
 */
export function inputGuards({ maxPixels }: Pick<MediaLimits, "maxPixels">, analyzed = ANALYZED_SPAN): string[] {
  return [
    ...["-protocol_whitelist", "file"],
    ...["-format_whitelist", INPUT_FORMATS.join(",")],
    ...["-max_pixels", String(maxPixels)],
    ...["-probesize", String(analyzed.bytes)],
    ...["-analyzeduration", String(analyzed.seconds * 1_000_000)],
  ];
}

export type Encoding = { readonly crf: number; readonly preset: string };
export const DEFAULT_ENCODING: Encoding = { crf: 23, preset: "veryfast" };

/** What the ffmpeg at hand can do, as far as the arguments depend on it. */
export type ArgumentCapabilities = {
  /** -fps_mode for an output; older versions have -vsync. */
  readonly fpsMode: boolean;
  readonly statsPeriod: boolean;
  /** zscale and tonemap. */
  readonly toneMap: boolean;
};

/** One ffmpeg, in the parts that a wrapper wants; `argumentVector` puts them in order. */
export type FfmpegCommandLine = {
  readonly kind: "command";
  readonly inputOptions: readonly string[];
  readonly source: string;
  /** A second input, which holds the sound. */
  readonly soundInput: { readonly options: readonly string[]; readonly source: string } | null;
  readonly filterGraphs: readonly string[];
  readonly outputOptions: readonly string[];
  readonly target: string;
  /** Outputs after the ladder, whose progress is that of the first output. */
  readonly imageOutputs: readonly ImageOutput[];
  /** The file descriptor on which ffmpeg reports progress, and for each quality the one with its segment list. */
  readonly progressPipe: number;
  readonly segmentListPipes: readonly { readonly quality: Quality; readonly pipe: number }[];
};

export type SteadySound = ReplacedSound & {
  readonly path: string;
  /** Seconds on the clock of the ladder at which it starts. */
  readonly startSeconds: number;
};

export type CommandInput = {
  /** Absolute path of a local file. */
  readonly sourcePath: string;
  readonly plan: LadderPlan;
  readonly reading: SourceReading;
  /** The sound in one format, where that of the source changes on the way. */
  readonly steadySound?: SteadySound | null;
  /** Pictures that are made in the same decode, below the folder `images`, which must exist. */
  readonly images?: ImagePlan | null;
  readonly encoding: Encoding;
  readonly capabilities: ArgumentCapabilities;
  /** No more of the source than `maxSeconds` is read. */
  readonly limits: Pick<MediaLimits, "maxSeconds" | "maxPixels">;
};

const FIRST_PIPE = 3;

/**
 * The command that makes all rungs of a plan with one decode, to be run in the output directory, where
 * `<quality>/seg_00001.ts` and so on are written (the folders must exist). Relative names keep the path of the
 * directory out of ffmpeg's pattern and escape rules.
 */
export function ffmpegCommand(input: CommandInput): FfmpegCommandLine | Refusal {
  const { plan, encoding, capabilities, images = null } = input;
  if (plan.kind === "video" && needsZscale(plan.source) && !capabilities.toneMap) return refuseColors(plan);
  const { graphs, labels } = filterGraphs(plan, { sound: input.steadySound ?? null, images });
  const segmentListPipes = planQualities(plan).map((quality, i) => ({ quality, pipe: FIRST_PIPE + 1 + i }));
  return {
    kind: "command",
    inputOptions: inputOptions(input),
    source: `file:${input.sourcePath}`,
    soundInput: soundInput(input),
    filterGraphs: graphs,
    outputOptions: [
      ...labels.flatMap((label) => ["-map", `[${label}]`]),
      ...(plan.kind === "video" ? videoOptions(plan, encoding, capabilities) : []),
      ...audioOptions(plan),
      ...["-map_metadata", "-1", "-map_chapters", "-1", "-sn", "-dn"],
      ...["-max_muxing_queue_size", "4096"],
      ...["-progress", `pipe:${FIRST_PIPE}`, ...(capabilities.statsPeriod ? ["-stats_period", "0.5"] : [])],
      ...["-f", "tee"],
    ],
    target: teeTarget(plan, segmentListPipes),
    imageOutputs: images === null ? [] : imageOutputs(frameTimes(capabilities, "passthrough")),
    progressPipe: FIRST_PIPE,
    segmentListPipes,
  };
}

function refuseColors({ source }: VideoLadder): Refusal {
  const missing = "cannot be converted here (the operator's ffmpeg has no zscale and tonemap)";
  if (source.transfer !== "sdr")
    return refuse("format-not-supported", `The video is HDR, which ${missing}. Upload it in SDR.`);
  const space = source.color.primaries ?? source.color.space;
  return refuse(
    "format-not-supported",
    `The video has the colours of ${space}, which ${missing}. Export it in BT.709.`,
  );
}

/** The arguments in the order in which ffmpeg wants them. */
export function argumentVector(command: FfmpegCommandLine): string[] {
  return [
    ...command.inputOptions,
    ...["-i", command.source],
    ...(command.soundInput ? [...command.soundInput.options, "-i", command.soundInput.source] : []),
    ...["-y", ...filterArguments(command)],
    ...command.outputOptions,
    command.target,
    ...command.imageOutputs.flatMap(({ options, target }) => [...options, target]),
  ];
}

/** ffmpeg moves the start of every input to zero: it is moved back to where the sound starts. */
function soundInput({ steadySound, limits }: CommandInput): FfmpegCommandLine["soundInput"] {
  if (!steadySound) return null;
  return {
    options: [...inputGuards(limits), "-itsoffset", steadySound.startSeconds.toFixed(6)],
    source: `file:${steadySound.path}`,
  };
}

/** A graph for each option: what happens in one then leaves the others alone. */
export function filterArguments({ filterGraphs: graphs }: FfmpegCommandLine): string[] {
  return graphs.flatMap((graph) => ["-filter_complex", graph]);
}

/** How the source is read, by each ffmpeg whose result must stand on the same clock. */
export function inputOptions({ plan, reading, limits }: Pick<CommandInput, "plan" | "reading" | "limits">): string[] {
  const { elementaryFrameRate: rate, clockStepSeconds } = reading;
  // With an explicit offset, ffmpeg counts from the start of the file, whatever tracks are used.
  const offset = plan.timeline.offsetSeconds - reading.originShiftSeconds;
  return [
    ...["-hide_banner", "-nostdin", "-nostats", "-loglevel", "error"],
    ...inputGuards(limits, reading.analyzed),
    ...(offset === 0 ? [] : ["-itsoffset", offset.toFixed(6)]),
    ...(clockStepSeconds === null ? [] : ["-dts_delta_threshold", String(clockStepSeconds)]),
    ...(rate === null ? [] : ["-r", `${rate.numerator}/${rate.denominator}`]),
    ...["-t", String(limits.maxSeconds)],
    // The graph of the picture stays when frames change size or pixel format, and turns them itself.
    ...(plan.kind === "video" ? ["-noautorotate", "-reinit_filter:v", "0"] : []),
  ];
}

function videoOptions(plan: VideoLadder, encoding: Encoding, capabilities: ArgumentCapabilities): string[] {
  return [
    // Every frame keeps its own time: none is repeated, and none is dropped but doubles.
    ...frameTimes(capabilities, "vfr"),
    ...["-c:v", "libx264", "-preset", encoding.preset, "-profile:v", "high", "-crf", String(encoding.crf)],
    ...plan.rungs.flatMap((rung, i) => [
      ...[`-maxrate:v:${i}`, String(rung.videoCap)],
      ...[`-bufsize:v:${i}`, String(Math.round(rung.videoCap * BUFFER_SECONDS))],
    ]),
    ...(framesPerSecond(plan.frameRate) < REORDERED_FROM_FPS ? ["-bf", "0"] : []),
    ...["-g", String(NO_KEYFRAME_OF_ITS_OWN), "-sc_threshold", "0", "-flags:v", "+cgop", "-forced-idr", "1"],
    ...["-force_key_frames", `expr:${keyframeExpression()}`],
  ];
}

function frameTimes({ fpsMode }: ArgumentCapabilities, mode: "vfr" | "passthrough"): string[] {
  return [fpsMode ? "-fps_mode" : "-vsync", mode];
}

/**
 * The first frame of every two seconds. Counting forced frames instead (`gte(t,n_forced*2)`) would force one frame
 * after another after a hole in the source.
 */
function keyframeExpression(): string {
  const cell = (time: string) => `floor((${time}+${KEYFRAME_TIME_DELTA_SECONDS})/${GOP_SECONDS})`;
  return `if(isnan(prev_forced_t),1,gt(${cell("t")},${cell("prev_forced_t")}))`;
}

function audioOptions(plan: LadderPlan): string[] {
  if (plan.kind === "video") {
    return plan.audio ? ["-c:a", "aac", "-profile:a", "aac_low", "-b:a", String(VIDEO_RUNG_AUDIO_BITRATE)] : [];
  }
  const rates = plan.rungs.flatMap((rung, i) => [`-b:a:${i}`, String(rung.audioBitrate)]);
  return ["-c:a", "aac", "-profile:a", "aac_low", ...rates];
}

/** One encoder for the sound of all rungs, one segment muxer for each rung. */
function teeTarget(plan: LadderPlan, pipes: FfmpegCommandLine["segmentListPipes"]): string {
  const sound = plan.kind === "video" && plan.audio ? `,${plan.rungs.length}` : "";
  return pipes.map(({ quality, pipe }, i) => segmentMuxer(quality, pipe, `${i}${sound}`)).join("|");
}

function segmentMuxer(quality: Quality, pipe: number, streams: string): string {
  const options = [
    "f=segment",
    `select=${streams}`,
    `segment_time=${SEGMENT_SECONDS}`,
    `segment_time_delta=${SEGMENT_TIME_DELTA_SECONDS}`,
    "segment_format=mpegts",
    "segment_list_type=csv",
    // tee takes one level of backslashes away, the options of the muxer another.
    `segment_list=pipe\\\\:${pipe}`,
    "segment_start_number=1",
    // One muxer writes all segments, so that continuity counters continue; each file still begins with PAT and PMT.
    "individual_header_trailer=0",
    `segment_format_options=${["flush_packets=1", "avoid_negative_ts=disabled", "pat_period=2"].join("\\\\:")}`,
    // Else the muxer moves the time stamps by the reordering delay, and all cuts with them.
    "avoid_negative_ts=disabled",
    `max_delay=${MUX_DELAY_MICROSECONDS}`,
  ];
  return `[${options.join(":")}]${quality}/seg_%05d.ts`;
}
