import type { FrameRate } from "../../../shared/domain/quality/rendition.ts";
import { JPEG_COLOR, posterSelection, TILE_RATE } from "../images/image-filters.ts";
import type { ImagePlan, Size } from "../images/image-plan.ts";
import { isRgb, planColor } from "../source/color.ts";
import { framesPerSecond } from "../source/frame-rate.ts";
import type { Deinterlacing, SourceAudio } from "../source/source-facts.ts";
import { colorFilters, needsZscale } from "./color-filters.ts";
import { fitFilters } from "./fit.ts";
import type { AudioLadder, LadderPlan, VideoLadder } from "./ladder.ts";
import type { Timeline } from "./timeline.ts";
import { turnFilters } from "./turn.ts";

const SAMPLE_RATE = 48_000;

/**
 * A graph for the picture and one for the sound, and the labels of their outputs: one for each rung, then one for the
 * sound of a video. ffmpeg rebuilds a whole graph when its sound changes format: the picture must not be in it.
 */
export type FilterGraphs = { readonly graphs: readonly string[]; readonly labels: readonly string[] };

/** A second input that holds the sound. */
export type ReplacedSound = {
  /** The source's own sound is decoded all the same: its clock depends on it. */
  readonly readAlong: boolean;
};

/** What a graph has beside a ladder. */
export type GraphExtras = {
  /** The sound comes from a second input that replaces the source's own tracks. */
  readonly sound?: ReplacedSound | null;
  /** Pictures for posters and the storyboard, as the outputs `tiles` and `posters`. */
  readonly images?: ImagePlan | null;
};

export function filterGraphs(plan: LadderPlan, { sound = null, images = null }: GraphExtras = {}): FilterGraphs {
  const input = sound ? REPLACED_SOUND : sourceSound(plan.audio);
  return plan.kind === "video" ? videoGraphs(plan, input, sound, images) : audioGraph(plan, input);
}

function videoGraphs(
  plan: VideoLadder,
  soundInput: string,
  replaced: ReplacedSound | null,
  images: ImagePlan | null,
): FilterGraphs {
  const labels = plan.rungs.map((rung) => `v${rung.quality}`);
  const inputs = [...plan.rungs.map((rung) => `[s${rung.quality}]`), ...(images ? ["[stiles]", "[sposters]"] : [])];
  const common = [...commonFilters(plan), `split=${inputs.length}`].join(",");
  const chains = [
    `[0:${plan.source.streamIndex}]${common}${inputs.join("")}`,
    ...plan.rungs.map((rung, i) => `[s${rung.quality}]${sizedFilters(plan, rung)}[${labels[i]}]`),
    ...(images ? imageChains(plan, images) : []),
  ];
  const picture = chains.join(";");
  if (!plan.audio) return { graphs: [picture], labels };
  const sound = `${soundInput}${soundFilters(plan.timeline)}[sound]`;
  const along = replaced?.readAlong ? [readAlong("sound", plan.audio.streamIndex)] : [];
  return { graphs: [picture, sound, ...along], labels: [...labels, "sound"] };
}

/** Pictures are dropped before they are scaled, so that few of them cost anything. */
function imageChains(plan: VideoLadder, images: ImagePlan): string[] {
  const jpeg = (size: Size) => [sizedFilters(plan, size), ...JPEG_COLOR].join(",");
  return [
    `[stiles]${TILE_RATE},${jpeg(images.tile)}[tiles]`,
    `[sposters]${posterSelection(images)},${jpeg(images.poster)}[posters]`,
  ];
}

function audioGraph(plan: AudioLadder, soundInput: string): FilterGraphs {
  const labels = plan.rungs.map((rung) => `a${rung.quality}`);
  // The end of sound alone is its own: nothing is padded and nothing is cut.
  const filters = soundFilters({ ...plan.timeline, durationSeconds: null });
  const split = `asplit=${labels.length}${labels.map((label) => `[${label}]`).join("")}`;
  return { graphs: [`${soundInput}${filters},${split}`], labels };
}

/** One track, or two mono tracks that are the channels of one sound. */
function sourceSound(audio: SourceAudio | null): string {
  if (audio === null) return "";
  const { streamIndex, rightStreamIndex } = audio;
  if (rightStreamIndex === null) return `[0:${streamIndex}]`;
  return `[0:${streamIndex}][0:${rightStreamIndex}]join=inputs=2:channel_layout=stereo:map=0.0-FL|1.0-FR,`;
}

const REPLACED_SOUND = "[1:0]";

/**
 * Decodes a track and drops it. ffmpeg takes its zero and the steps of the clock from the tracks that it decodes: each
 * run over a source decodes the same ones.
 */
export function readAlong(kind: "picture" | "sound", streamIndex: number): string {
  return `[0:${streamIndex}]${kind === "sound" ? "anullsink" : "nullsink"}`;
}

/**
 * What is done once, before the rungs part: frames of one size, whole and upright, at the right times, and light as
 * SDR knows it.
 */
function commonFilters(plan: VideoLadder): string[] {
  const { source } = plan;
  return [
    ...fitFilters(source),
    ...deinterlaceFilters(source.deinterlacing),
    ...(plan.resample ? resampleFilters(plan.frameRate, plan.timeline) : []),
    ...turnFilters(source),
    ...prescaleFilters(plan),
    ...colorFilters(source),
  ];
}

/** Of marked frames, mixed material keeps its progressive parts. */
function deinterlaceFilters(deinterlacing: Deinterlacing): string[] {
  switch (deinterlacing) {
    case "none":
      return [];
    case "marked":
      return ["bwdif=mode=send_frame:deint=interlaced"];
    case "all-top-first":
      return ["bwdif=mode=send_frame:parity=tff:deint=all"];
    case "all-bottom-first":
      return ["bwdif=mode=send_frame:parity=bff:deint=all"];
    default:
      return deinterlacing satisfies never;
  }
}

/**
 * Frames at equal distances. The last one is always passed on and the end is cut by count: some files give their last
 * frame a millisecond, and rounding would lose it.
 */
function resampleFilters(rate: FrameRate, timeline: Timeline): string[] {
  const { fillStart, holdLastSeconds: hold, durationSeconds } = timeline;
  return [
    `fps=fps=${rate.numerator}/${rate.denominator}${fillStart ? ":start_time=0" : ""}:eof_action=pass`,
    ...(hold > 0 ? [`tpad=stop_mode=clone:stop_duration=${hold.toFixed(3)}`] : []),
    ...(durationSeconds === null ? [] : [`trim=end_frame=${Math.round(durationSeconds * framesPerSecond(rate))}`]),
  ];
}

/** Above the top rung, all rungs are made from one picture of its size: four scalings of 4K cost too much. */
function prescaleFilters(plan: VideoLadder): string[] {
  const [top] = plan.rungs;
  if (top === undefined) return [];
  const { displayWidth, displayHeight } = plan.source;
  // Filters of colour take even sizes only, and cost most at the size of the source.
  const large = displayWidth * displayHeight > top.width * top.height * 1.5;
  return large || needsZscale(plan.source) ? [scaleFilter(plan, top)] : [];
}

function sizedFilters(plan: VideoLadder, size: Size): string {
  const color = planColor(plan.source).output;
  return [
    scaleFilter(plan, size),
    "format=yuv420p",
    "setsar=1",
    `setparams=range=tv:colorspace=${color.space}:color_primaries=${color.primaries}:color_trc=${color.transfer}`,
  ].join(",");
}

function scaleFilter(plan: VideoLadder, { width, height }: Size): string {
  // Other colours keep their range and matrix until they are converted.
  const untouched = needsZscale(plan.source);
  const matrix = isRgb(plan.source) && !untouched ? ":out_color_matrix=bt709" : "";
  const range = untouched ? "" : ":out_range=tv";
  return `scale=w=${width}:h=${height}:flags=bicubic${matrix}${range}`;
}

/**
 * Stereo at 48 kHz that starts at zero whatever the first time stamp is, has silence where the source has a hole, and
 * ends where the picture ends. The end goes by time: with -shortest it would race the encoders.
 */
function soundFilters({ durationSeconds }: Timeline): string {
  const end = durationSeconds === null ? [] : ["apad", `atrim=end=${durationSeconds.toFixed(6)}`];
  return [stereoFilters(), ...end].join(",");
}

const STEREO = `aformat=sample_fmts=fltp:sample_rates=${SAMPLE_RATE}:channel_layouts=stereo`;

/** Recorders and servers stamp packets up to 20 ms early or late; a step of more than this is a hole or an overlap. */
const STEP_SECONDS = 0.05;
/** A smaller step shows after so long: joined recordings overlap by less than two frames of AAC. */
const SETTLING_SECONDS = 0.3;

/**
 * Timestamps of a steady clock: each follows from the length of the samples before it, and moves slowly towards the
 * timestamp that it replaces. Registers: 0 the time that is expected next, 1 expected, 2 how far it is off, 3 length.
 */
const STEADY_CLOCK = [
  "st(1,if(not(N)*not(isnan(PTS)),PTS,ld(0)))",
  "st(2,if(isnan(PTS),0,PTS-ld(1)))",
  "st(3,NB_SAMPLES/SR/TB)",
  `st(1,if(gt(abs(ld(2))*TB,${STEP_SECONDS}),PTS,ld(1)+ld(2)*min(1,ld(3)*TB/${SETTLING_SECONDS})))`,
  "st(0,ld(1)+ld(3))",
  "ld(1)",
].join(";");

/**
 * Sound follows its timestamps: a step of more than 25 ms is cut out or filled at once, less is stretched away by two
 * thousandths, which is not audible. A first packet that is 20 ms early or late is no step.
 */
const SYNC = "async=1:min_comp=0.005:min_hard_comp=0.025:max_soft_comp=0.002:flags=res";

/** What every sound goes through, whatever it was. */
export function stereoFilters(): string {
  return [`asetpts=expr='${STEADY_CLOCK}'`, `aresample=${SAMPLE_RATE}:${SYNC}:first_pts=0`, STEREO].join(",");
}

/** Brings sound to one format and leaves its times alone: it may be built again at any moment. */
export function steadyFilters(): string {
  return [`aresample=${SAMPLE_RATE}`, STEREO].join(",");
}
