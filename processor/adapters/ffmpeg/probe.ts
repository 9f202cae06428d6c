import { INPUT_GUARDS } from "../../media/ffmpeg-arguments.ts";
import { DEFAULT_MEDIA_LIMITS, type MediaLimits } from "../../media/limits.ts";
import { PacketScanner, type StreamScan } from "../../media/packet-scan.ts";
import { readProbeReport } from "../../media/probe-report.ts";
import { type Refusal, refuse } from "../../media/refusal.ts";
import type { SourceFacts } from "../../media/source-facts.ts";
import { inspectFfmpeg } from "./capabilities.ts";
import { blamesMachine, failureReason } from "./failure-reason.ts";
import type { MediaTools } from "./launch.ts";
import { runTool, type ToolResult } from "./run-tool.ts";

export type ProbeRequest = {
  /** Absolute path of a local file. */
  readonly sourcePath: string;
  readonly tools: MediaTools;
  readonly signal: AbortSignal;
  readonly timeoutSeconds?: number;
  readonly limits?: MediaLimits;
};

/** Reading all packets of a file of many GB takes this long on a slow disk. */
const DEFAULT_TIMEOUT_SECONDS = 600;

/**
 * Asks ffprobe twice: for the headers, and for all packets (no decoding: 0.3 s for six minutes), since only those say
 * how long a file is. A file that is no media is a refusal; a missing ffprobe, a machine out of space or an abort
 * throws.
 */
export async function probe(
  request: ProbeRequest,
): Promise<{ readonly kind: "facts"; readonly facts: SourceFacts } | Refusal> {
  const { decoders, setpriv, prlimit } = await inspectFfmpeg(request.tools.ffmpeg);
  const ask = (args: readonly string[], onStdout?: (chunk: Buffer) => void) =>
    runTool({
      command: request.tools.ffprobe,
      args: ["-v", "error", ...INPUT_GUARDS, ...args, "-i", `file:${request.sourcePath}`],
      signal: request.signal,
      timeoutSeconds: request.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS,
      guard: { setpriv, prlimit },
      ...(onStdout && { onStdout }),
    });

  const headers = await ask(["-show_format", "-show_streams", "-of", "json"]);
  const refusal = refuseFailure(headers);
  if (refusal) return refusal;
  const scans = await scanPackets(ask);
  if ("reason" in scans) return scans;
  return readProbeReport({
    report: JSON.parse(headers.stdout.toString("utf8")),
    scans,
    limits: request.limits ?? DEFAULT_MEDIA_LIMITS,
    isDecodable: (codec) => decoders.has(codec),
  });
}

async function scanPackets(
  ask: (args: readonly string[], onStdout: (chunk: Buffer) => void) => Promise<ToolResult>,
): Promise<ReadonlyMap<number, StreamScan> | Refusal> {
  const scanner = new PacketScanner();
  const entries = "packet=stream_index,pts_time,dts_time,duration_time,flags";
  const result = await ask(["-show_entries", entries, "-of", "csv=p=0"], (chunk) =>
    scanner.push(chunk.toString("latin1")),
  );
  return refuseFailure(result) ?? scanner.finish();
}

function refuseFailure(result: ToolResult): Refusal | null {
  if (result.timedOut) return refuse("The file could not be read in time: it is damaged or far too large.");
  if (result.code === 0) return null;
  if (blamesMachine(result.code, result.stderr)) {
    throw new Error(`ffprobe failed: ${result.killedBy ?? failureReason(result.stderr)}`);
  }
  return refuse(`The file could not be read as video or audio: ${failureReason(result.stderr)}.`);
}
