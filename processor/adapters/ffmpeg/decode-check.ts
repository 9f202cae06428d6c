import { ProgressReader } from "../../media/encode/progress-report.ts";
import { RetryableError } from "../../retryable-error.ts";
import { inspectFfmpeg } from "./capabilities.ts";
import { failureReason } from "./failure-reason.ts";
import type { MediaTools } from "./launch.ts";
import { runTool } from "./run-tool.ts";
import { besideSegment, SEGMENT_INPUT } from "./segment-input.ts";

export type DecodeCheck =
  | {
      readonly kind: "decoded";
      /** Null for sound alone. */
      readonly frames: number | null;
      readonly durationSeconds: number;
    }
  | { readonly kind: "broken"; readonly reason: string };

const TIMEOUT_SECONDS = 120;

/**
 * Decodes a clear MPEG-TS file whole; one message of the decoder and it counts as broken. Throws RetryableError where ffmpeg
 * was killed or took too long.
 */
export async function decodeCheck(path: string, tools: MediaTools, signal: AbortSignal): Promise<DecodeCheck> {
  const capabilities = await inspectFfmpeg(tools.ffmpeg);
  const passthrough = capabilities.fpsMode ? ["-fps_mode", "passthrough"] : ["-vsync", "passthrough"];
  const result = await runTool({
    command: tools.ffmpeg,
    args: [
      // One thread: the others would only save a second of wall time, for a tenth more of the processor.
      ...["-v", "error", "-nostdin", "-nostats", "-xerror", "-err_detect", "explode", "-threads", "1"],
      ...[...SEGMENT_INPUT, "-i", `file:${path}`],
      ...["-map", "0", ...passthrough, "-progress", "pipe:1", "-f", "null", "-"],
    ],
    signal,
    timeoutSeconds: TIMEOUT_SECONDS,
    ...(await besideSegment(path, tools)),
  });
  const complaints = result.stderr.filter((line) => line.trim() !== "");
  if (result.timedOut)
    throw new RetryableError("encoder-failed", `A segment was not decoded within ${TIMEOUT_SECONDS} s.`);
  if (result.killedBy !== null) throw new RetryableError("encoder-failed", "The check of a segment was broken off.");
  if (result.code !== 0 || complaints.length > 0) return { kind: "broken", reason: failureReason(complaints) };
  const last = new ProgressReader().push(result.stdout.toString("latin1")).at(-1);
  if (!last?.ended || !last.outTimeSeconds) return { kind: "broken", reason: "nothing could be decoded" };
  return { kind: "decoded", frames: last.frame, durationSeconds: last.outTimeSeconds };
}
