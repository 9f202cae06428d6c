import type { FrameRate } from "../../../shared/domain/rendition.ts";
import { aacCodec, avcCodec } from "../../media/codecs.ts";
import { parseFrameRate } from "../../media/frame-rate.ts";
import { failureReason } from "./failure-reason.ts";
import type { MediaTools } from "./launch.ts";
import { besideSegment, SEGMENT_INPUT } from "./own-segment.ts";
import { runTool } from "./run-tool.ts";

/** What one segment of a rung really is. */
export type SegmentFacts = {
  /** RFC 6381, video before audio: `avc1.640028,mp4a.40.2`. */
  readonly codecs: string;
  readonly hasAudio: boolean;
  /** Null for sound alone. */
  readonly width: number | null;
  readonly height: number | null;
  readonly frameRate: FrameRate | null;
};

const TIMEOUT_SECONDS = 30;

/** Reads a clear segment of ours (MPEG-TS); throws when it is not what our encoder writes. */
export async function inspectSegment(path: string, tools: MediaTools, signal: AbortSignal): Promise<SegmentFacts> {
  const streams = await segmentStreams(path, tools, signal);
  const video = streams.find((stream) => stream.codec_type === "video");
  const hasAudio = streams.some((stream) => stream.codec_type === "audio");
  const [avc, aac] = await Promise.all([
    video ? copyStream(path, tools, signal, ["-map", "0:v:0", "-frames:v", "1", "-f", "h264"]).then(avcCodec) : null,
    hasAudio ? copyStream(path, tools, signal, ["-map", "0:a:0", "-frames:a", "1", "-f", "adts"]).then(aacCodec) : null,
  ]);
  const codecs = [avc, aac].filter((codec) => codec !== null);
  if (codecs.length !== Number(video !== undefined) + Number(hasAudio) || codecs.length === 0) {
    throw new Error("A finished segment holds no H.264 or AAC that can be named");
  }
  return {
    codecs: codecs.join(","),
    hasAudio,
    width: video?.width ?? null,
    height: video?.height ?? null,
    frameRate: parseFrameRate(video?.r_frame_rate),
  };
}

type ProbedStream = { codec_type?: string; width?: number; height?: number; r_frame_rate?: string };

async function segmentStreams(path: string, tools: MediaTools, signal: AbortSignal): Promise<ProbedStream[]> {
  const entries = "stream=codec_type,width,height,r_frame_rate";
  const args = ["-v", "error", ...SEGMENT_INPUT, "-show_entries", entries, "-of", "json", "-i", `file:${path}`];
  const stdout = await output(tools.ffprobe, args, path, tools, signal);
  const report: { streams?: ProbedStream[] } = JSON.parse(stdout.toString("utf8"));
  return report.streams ?? [];
}

function copyStream(path: string, tools: MediaTools, signal: AbortSignal, options: readonly string[]): Promise<Buffer> {
  const input = ["-v", "error", "-nostdin", ...SEGMENT_INPUT, "-i", `file:${path}`];
  return output(tools.ffmpeg, [...input, "-c", "copy", ...options, "pipe:1"], path, tools, signal);
}

async function output(
  command: string,
  args: string[],
  path: string,
  tools: MediaTools,
  signal: AbortSignal,
): Promise<Buffer> {
  const beside = await besideSegment(path, tools);
  const result = await runTool({ command, args, signal, timeoutSeconds: TIMEOUT_SECONDS, ...beside });
  if (result.code === 0) return result.stdout;
  throw new Error(`A finished segment cannot be read: ${failureReason(result.stderr)}`);
}
