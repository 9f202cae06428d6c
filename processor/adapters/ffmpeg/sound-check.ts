import { stereoFilters } from "../../media/encode/filter-graph.ts";
import { ProgressReader } from "../../media/encode/progress-report.ts";
import { PassingFault } from "../../passing-fault.ts";
import { blamesMachine, machineFault } from "./failure-reason.ts";
import type { ToolResult } from "./run-tool.ts";

/** What decoding a sound track to its end shows. */
export type SoundCheck =
  | { readonly kind: "broken" }
  | {
      readonly kind: "decoded";
      /** Where the sound ends, in seconds after the origin of ffmpeg. */
      readonly endSeconds: number;
      /** Channels, sample rate or sample format are not the same throughout. */
      readonly changesFormat: boolean;
    };

/** Prints a line for the first frame of every graph, and ffmpeg makes a new graph for every change of format. */
const GRAPH_MARK = "aselect=eq(n\\,0),ametadata=mode=add:key=graph:value=new,ametadata=mode=print:file=pipe\\\\:1";
const NEW_GRAPH = "graph=new";

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
  const graph = `[0:${streamIndex}]asplit[sound][marked];[sound]${stereoFilters()}[out];[marked]${GRAPH_MARK}[marks]`;
  const outputs = ["-map", "[out]", "-map", "[marks]", "-progress", "pipe:1", "-f", "null", "-"];
  const result = await ask(["-nostdin", "-nostats", ...input, "-filter_complex", graph, ...outputs]);
  if (result.timedOut) throw new PassingFault("The sound could not be read in time.");
  const printed = result.stdout.toString("latin1");
  const endSeconds = new ProgressReader().push(printed).at(-1)?.outTimeSeconds ?? 0;
  const changesFormat = printed.split(NEW_GRAPH).length > 2;
  if (result.code === 0) return endSeconds > 0 ? { kind: "decoded", endSeconds, changesFormat } : { kind: "broken" };
  // A decoder that crashes is the track's fault; one that was killed or had no memory is not.
  if (result.killedBy === "SIGKILL" || blamesMachine(result.code ?? 1, result.stderr)) {
    throw machineFault(result, result.stderr);
  }
  return { kind: "broken" };
}
