import { stereoFilters } from "../../media/encode/filter-graph.ts";
import { ProgressReader } from "../../media/encode/progress-report.ts";
import { PassingFault } from "../../passing-fault.ts";
import { blamesMachine, machineFault } from "./failure-reason.ts";
import type { ToolResult } from "./run-tool.ts";

/** What decoding a sound track to its end shows. */
export type SoundCheck =
  | { readonly kind: "broken" }
  /** Where the sound ends, in seconds after the origin of ffmpeg. */
  | { readonly kind: "decoded"; readonly endSeconds: number };

/**
 * Whether a sound track goes through its decoder and our filters to its end. A track of a known codec may be noise, or
 * change to 44 channels half-way: it would fail the whole conversion, picture and all. Sound alone is quick: two hours
 * take a quarter of a minute. `ask` runs ffmpeg with these arguments after its input guards.
 */
export async function checkSound(
  streamIndex: number,
  input: readonly string[],
  ask: (args: readonly string[]) => Promise<ToolResult>,
): Promise<SoundCheck> {
  const track = ["-map", `0:${streamIndex}`, "-af", stereoFilters(), "-progress", "pipe:1", "-f", "null", "-"];
  const result = await ask(["-nostdin", "-nostats", ...input, ...track]);
  if (result.timedOut) throw new PassingFault("The sound could not be read in time.");
  const last = new ProgressReader().push(result.stdout.toString("latin1")).at(-1);
  const endSeconds = last?.outTimeSeconds ?? 0;
  if (result.code === 0) return endSeconds > 0 ? { kind: "decoded", endSeconds } : { kind: "broken" };
  // A decoder that crashes is the track's fault; one that was killed or had no memory is not.
  if (result.killedBy === "SIGKILL" || blamesMachine(result.code ?? 1, result.stderr)) {
    throw machineFault(result, result.stderr);
  }
  return { kind: "broken" };
}
