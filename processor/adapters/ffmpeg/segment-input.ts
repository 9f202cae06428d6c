import { dirname } from "node:path";
import { DEFAULT_MEDIA_LIMITS } from "../../media/source/limits.ts";
import { inspectFfmpeg } from "./capabilities.ts";
import type { MediaTools } from "./launch.ts";
import type { ToolRun } from "./run-tool.ts";

/** The options before `-i` for a segment of a ladder. */
export const SEGMENT_INPUT = ["-protocol_whitelist", "file", "-f", "mpegts"];

/** How a tool is run on a segment: beside it, and guarded as on a stranger's file, which its bytes came from. */
export async function besideSegment(
  path: string,
  tools: MediaTools,
): Promise<Required<Pick<ToolRun, "workingDirectory" | "guard">>> {
  const { setpriv, prlimit } = await inspectFfmpeg(tools.ffmpeg);
  const { memoryBytes } = DEFAULT_MEDIA_LIMITS;
  return { workingDirectory: dirname(path), guard: { setpriv, prlimit, memoryBytes } };
}
