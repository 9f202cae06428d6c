import { open } from "node:fs/promises";
import { dirname } from "node:path";
import { inputGuards } from "../../media/encode/ffmpeg-arguments.ts";
import { type Refusal, refuse } from "../../media/refusal.ts";
import { DEFAULT_MEDIA_LIMITS, type MediaLimits } from "../../media/source/limits.ts";
import { PacketScanner, type StreamScan } from "../../media/source/packet-scan.ts";
import { type ProbeInput, readProbeReport } from "../../media/source/probe-report.ts";
import { COPY_PROTECTED } from "../../media/source/refused-content.ts";
import type { SourceFacts } from "../../media/source/source-facts.ts";
import { pictureIndexes } from "../../media/source/stream-report.ts";
import { readSourceStructure } from "../source-structure.ts";
import { inspectFfmpeg } from "./capabilities.ts";
import { openEmptyDirectory } from "./empty-directory.ts";
import { blamesMachine, failureReason, machineFault, refusalClause } from "./failure-reason.ts";
import type { MediaTools } from "./launch.ts";
import { runTool, type ToolResult } from "./run-tool.ts";
import { decodesSound } from "./sound-check.ts";

export type ProbeRequest = {
  /** Absolute path of a local file. */
  readonly sourcePath: string;
  readonly tools: MediaTools;
  readonly signal: AbortSignal;
  /** For each of the passes over the file; else it goes by the size of the file. */
  readonly timeoutSeconds?: number;
  readonly limits?: MediaLimits;
};

export type ProbeOutcome = { readonly kind: "facts"; readonly facts: SourceFacts } | Refusal;

/** Asks one of the tools about the source. */
type Ask = (tool: keyof MediaTools, args: readonly string[], onStdout?: (chunk: Buffer) => void) => Promise<ToolResult>;

const GRANTED_SECONDS = 900;
/** A pass over all packets reads the whole file; a slow disk of a VM gives this. */
const SLOW_DISK_BYTES_PER_SECOND = 10 * 2 ** 20;

/**
 * Asks ffprobe twice: for the headers, and for all packets (no decoding: 0.3 s for six minutes), since only those say
 * how long a file is; and ffmpeg whether the sound decodes. A file that is no media is a refusal; a missing ffprobe, a
 * machine out of space or an abort throws.
 */
export async function probe(request: ProbeRequest): Promise<ProbeOutcome> {
  const { sourcePath, tools, limits = DEFAULT_MEDIA_LIMITS } = request;
  const { decoders } = await inspectFfmpeg(tools.ffmpeg);
  const { end, protection } = await readSourceStructure(sourcePath);
  // Before ffprobe is asked, which calls some protected files damaged.
  if (protection.kind === "whole") return COPY_PROTECTED;
  await using empty = await openEmptyDirectory(dirname(sourcePath));
  const ask = await asker(request, limits, empty.path);

  const headers = await ask("ffprobe", [
    "-show_format",
    "-show_programs",
    "-show_streams",
    "-of",
    "json",
    ...inputOf(sourcePath),
  ]);
  const refusal = refuseFailure(headers);
  if (refusal) return refusal;
  const report: unknown = JSON.parse(headers.stdout.toString("utf8"));
  const timesOf = pictureIndexes(report);
  const scans = await scanPackets(ask, sourcePath, new PacketScanner({ timesOf, maxTimes: limits.maxFrames + 1 }));
  if ("reason" in scans) return scans;
  const { scrambled } = protection;
  const known = { report, scans, limits, end, scrambled, isDecodable: (codec: string) => decoders.has(codec) };
  return await withSoundThatDecodes(known, (streamIndex) =>
    decodesSound(streamIndex, inputOf(sourcePath), (args) => ask("ffmpeg", args)),
  );
}

function inputOf(sourcePath: string): string[] {
  return ["-i", `file:${sourcePath}`];
}

async function asker(request: ProbeRequest, limits: MediaLimits, workingDirectory: string): Promise<Ask> {
  const { sourcePath, tools, signal } = request;
  const { setpriv, prlimit } = await inspectFfmpeg(tools.ffmpeg);
  const guard = { setpriv, prlimit, memoryBytes: limits.memoryBytes };
  const timeoutSeconds = request.timeoutSeconds ?? (await passTimeout(sourcePath));
  return (tool, args, onStdout) =>
    runTool({
      command: tools[tool],
      args: ["-v", "error", ...inputGuards(limits), ...args],
      ...{ signal, timeoutSeconds, workingDirectory, guard },
      ...(onStdout && { onStdout }),
    });
}

async function passTimeout(sourcePath: string): Promise<number> {
  await using file = await open(sourcePath);
  return GRANTED_SECONDS + (await file.stat()).size / SLOW_DISK_BYTES_PER_SECOND;
}

async function scanPackets(
  ask: Ask,
  sourcePath: string,
  scanner: PacketScanner,
): Promise<ReadonlyMap<number, StreamScan> | Refusal> {
  const entries = "packet=stream_index,pts_time,dts_time,duration_time,flags";
  const args = ["-show_entries", entries, "-of", "csv=p=0", ...inputOf(sourcePath)];
  const result = await ask("ffprobe", args, (chunk) => scanner.push(chunk.toString("latin1")));
  return refuseFailure(result) ?? scanner.finish();
}

/** Sound that does not decode is left out, and the next track is tried. */
async function withSoundThatDecodes(
  known: Omit<ProbeInput, "broken">,
  decodes: (streamIndex: number) => Promise<boolean>,
): Promise<ProbeOutcome> {
  const broken = new Set<number>();
  for (;;) {
    const result = readProbeReport({ ...known, broken });
    if (result.kind === "refused" || !result.facts.audio) return result;
    const { streamIndex, rightStreamIndex } = result.facts.audio;
    const failed = await firstBroken([streamIndex, rightStreamIndex], decodes);
    if (failed === null) return result;
    broken.add(failed);
  }
}

async function firstBroken(
  streamIndexes: readonly (number | null)[],
  decodes: (streamIndex: number) => Promise<boolean>,
): Promise<number | null> {
  for (const index of streamIndexes) if (index !== null && !(await decodes(index))) return index;
  return null;
}

function refuseFailure(result: ToolResult): Refusal | null {
  if (result.timedOut) return refuse("The file could not be read in time: it is damaged or far too large.");
  if (result.code === 0) return null;
  if (blamesMachine(result.code, result.stderr)) throw machineFault(result, result.stderr);
  const reason = `The file could not be read as video or audio: ${refusalClause(result.stderr)}`;
  return refuse(reason, failureReason(result.stderr));
}
