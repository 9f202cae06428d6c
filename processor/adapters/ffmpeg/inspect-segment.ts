import type { FrameRate } from "../../../shared/domain/quality/rendition.ts";
import { parseFrameRate } from "../../media/source/frame-rate.ts";
import { aacCodec, avcCodec, hexDumpBytes } from "../../media/verify/codecs.ts";
import { RetryableError, VerificationFault } from "../../retryable-error.ts";
import { failureReason } from "./failure-reason.ts";
import type { MediaTools } from "./launch.ts";
import { runTool } from "./run-tool.ts";
import { besideSegment, SEGMENT_INPUT } from "./segment-input.ts";

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
const ENTRIES = "stream=codec_type,codec_name,profile,width,height,r_frame_rate,extradata";

type ProbedStream = {
  codec_type?: string;
  codec_name?: string;
  profile?: string;
  width?: number;
  height?: number;
  r_frame_rate?: string;
  /** A dump in hex. */
  extradata?: string;
};

/**
 * Reads a clear segment (MPEG-TS). Throws VerificationFault when it is none, or holds what cannot be named; RetryableError
 * where ffprobe took too long.
 */
export async function inspectSegment(path: string, tools: MediaTools, signal: AbortSignal): Promise<SegmentFacts> {
  const streams = await segmentStreams(path, tools, signal);
  const video = streams.find((stream) => stream.codec_type === "video");
  const audio = streams.find((stream) => stream.codec_type === "audio");
  const present = [video, audio].filter((stream) => stream !== undefined);
  const codecs = present.map(codecOf).filter((codec) => codec !== null);
  if (codecs.length !== present.length || codecs.length === 0) {
    throw new VerificationFault("A finished segment holds no H.264 or AAC that can be named.");
  }
  return {
    codecs: codecs.join(","),
    hasAudio: audio !== undefined,
    width: video?.width ?? null,
    height: video?.height ?? null,
    frameRate: parseFrameRate(video?.r_frame_rate),
  };
}

/** From what ffprobe found in the bitstream: the parameter sets of H.264, and the profile of AAC's frames. */
function codecOf({ codec_name, profile, extradata }: ProbedStream): string | null {
  if (codec_name === "h264") return avcCodec(hexDumpBytes(extradata ?? ""));
  return codec_name === "aac" ? aacCodec(profile ?? "") : null;
}

async function segmentStreams(path: string, tools: MediaTools, signal: AbortSignal): Promise<ProbedStream[]> {
  const beside = await besideSegment(path, tools);
  const result = await runTool({
    command: tools.ffprobe,
    args: [
      "-v",
      "error",
      ...SEGMENT_INPUT,
      "-show_data",
      "-show_entries",
      ENTRIES,
      "-of",
      "json",
      "-i",
      `file:${path}`,
    ],
    signal,
    timeoutSeconds: TIMEOUT_SECONDS,
    ...beside,
  });
  if (result.timedOut || result.killedBy !== null)
    throw new RetryableError("encoder-failed", "A finished segment was not read in time.");
  if (result.code !== 0) {
    throw new VerificationFault("A finished segment cannot be read.", { cause: failureReason(result.stderr) });
  }
  const report: { streams?: ProbedStream[] } = JSON.parse(result.stdout.toString("utf8"));
  return report.streams ?? [];
}
