import { stat } from "node:fs/promises";
import { inputGuards } from "../../media/encode/ffmpeg-arguments.ts";
import { type Refusal, refuse } from "../../media/refusal.ts";
import type { MediaLimits } from "../../media/source/limits.ts";
import type { AnalyzedSpan } from "../../media/source/source-facts.ts";
import { inspectFfmpeg } from "./capabilities.ts";
import { blamesMachine, machineFault, refuseFile } from "./failure-reason.ts";
import type { MediaTools } from "./launch.ts";
import type { ProbeRequest } from "./probe-request.ts";
import { runTool, type ToolResult } from "./run-tool.ts";

/** Asks one of the tools about the source. */
export type Ask = (
  tool: keyof MediaTools,
  args: readonly string[],
  onStdout?: (chunk: Buffer) => void,
) => Promise<ToolResult>;

const GRANTED_SECONDS = 900;
/** A pass over all packets reads the whole file; a slow disk of a VM gives this. */
const SLOW_DISK_BYTES_PER_SECOND = 10 * 2 ** 20;

export function inputOf(sourcePath: string): string[] {
  return ["-i", `file:${sourcePath}`];
}

export async function asker(
  request: ProbeRequest,
  limits: MediaLimits,
  workingDirectory: string,
  analyzed: AnalyzedSpan,
): Promise<Ask> {
  const { sourcePath, tools, signal } = request;
  const { setpriv, prlimit } = await inspectFfmpeg(tools.ffmpeg);
  const guard = { setpriv, prlimit, memoryBytes: limits.memoryBytes };
  const timeoutSeconds = request.timeoutSeconds ?? (await passTimeout(sourcePath));
  return (tool, args, onStdout) =>
    runTool({
      command: tools[tool],
      args: ["-v", "error", ...inputGuards(limits, analyzed), ...args],
      ...{ signal, timeoutSeconds, workingDirectory, guard },
      ...(onStdout && { onStdout }),
    });
}

async function passTimeout(sourcePath: string): Promise<number> {
  return GRANTED_SECONDS + (await fileSize(sourcePath)) / SLOW_DISK_BYTES_PER_SECOND;
}

export async function fileSize(path: string): Promise<number> {
  return (await stat(path)).size;
}

export function refuseFailure(result: ToolResult): Refusal | null {
  if (result.timedOut)
    return refuse("took-too-long", "The file could not be read in time: it is damaged or far too large.");
  if (result.code === 0) return null;
  if (blamesMachine(result.code, result.stderr)) throw machineFault(result, result.stderr);
  return refuseFile("The file could not be read as video or audio", result.stderr);
}
