import { ProgressReader } from "../../media/progress-report.ts";
import { blamesMachine, machineFault } from "./failure-reason.ts";
import type { ToolResult } from "./run-tool.ts";

/** Enough to see that a decoder takes a track; it is looked for through the whole file if need be. */
const FRAMES = 20;

/**
 * Whether a decoder makes anything of a sound track. A track of a known codec may be noise, and one that yields not a
 * single frame would fail the whole conversion, picture and all. `ask` runs ffmpeg with these arguments after its
 * input guards.
 */
export async function decodesSound(
  streamIndex: number,
  input: readonly string[],
  ask: (args: readonly string[]) => Promise<ToolResult>,
): Promise<boolean> {
  const map = ["-map", `0:${streamIndex}`, "-frames:a", String(FRAMES)];
  const result = await ask(["-nostdin", "-nostats", ...input, ...map, "-progress", "pipe:1", "-f", "null", "-"]);
  const last = new ProgressReader().push(result.stdout.toString("latin1")).at(-1);
  if ((last?.outTimeSeconds ?? 0) > 0) return true;
  // A decoder that crashes is the track's fault; one that was killed or had no memory is not.
  const killed = result.killedBy === "SIGKILL" && !result.timedOut;
  if (killed || (result.code !== 0 && blamesMachine(result.code ?? 1, result.stderr))) {
    throw machineFault(result, result.stderr);
  }
  return false;
}
