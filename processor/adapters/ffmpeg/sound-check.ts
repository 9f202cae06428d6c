import { stereoFilters } from "../../media/encode/filter-graph.ts";
import { ProgressReader } from "../../media/encode/progress-report.ts";
import { RetryableError } from "../../retryable-error.ts";
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
      /** What the samples last that came out, without the silence that fills holes. */
      readonly decodedSeconds: number;
      /** The errors that the decoder reports, the last ones of many. */
      readonly complaints: readonly string[];
    };

/** Prints a line for the first frame of every graph, and ffmpeg makes a new graph for every change of format. */
const GRAPH_MARK = "aselect=eq(n\\,0),ametadata=mode=add:key=graph:value=new,ametadata=mode=print:file=pipe\\\\:1";
const NEW_GRAPH = "graph=new";

const COUNTED_RATE = 8000;
/**
 * Plain samples of one byte, so that the size of the output is their number. Their times run at half speed: the end that
 * ffmpeg reports is the latest of all outputs, and must be that of the sound.
 */
const COUNTED = [
  `aresample=${COUNTED_RATE}:filter_size=2`,
  `aformat=sample_fmts=u8:sample_rates=${COUNTED_RATE}:channel_layouts=mono`,
  "asetpts=N/SR/TB/2",
].join(",");
/** ffmpeg reports the size of the first output alone, and none for the format "null". */
const COUNTED_OUTPUT = ["-map", "[counted]", "-c:a", "pcm_u8", "-f", "u8", "-y", "/dev/null"];

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
  const result = await ask(["-nostdin", "-nostats", ...input, ...checkArguments(streamIndex)]);
  if (result.timedOut) throw new RetryableError("encoder-failed", "The sound could not be read in time.");
  if (result.code === 0) return readCheck(result);
  // A decoder that crashes is the track's fault; one that was killed or had no memory is not.
  if (result.killedBy === "SIGKILL" || blamesMachine(result.code ?? 1, result.stderr)) {
    throw machineFault(result, result.stderr);
  }
  return { kind: "broken" };
}

function checkArguments(streamIndex: number): string[] {
  const chains = [
    `[0:${streamIndex}]asplit=3[sound][marked][plain]`,
    `[sound]${stereoFilters()}[out]`,
    `[marked]${GRAPH_MARK}[marks]`,
    `[plain]${COUNTED}[counted]`,
  ];
  const checked = ["-map", "[out]", "-map", "[marks]", "-progress", "pipe:1", "-f", "null", "-"];
  return ["-filter_complex", chains.join(";"), ...COUNTED_OUTPUT, ...checked];
}

/** What the samples last of a track of which each damaged frame is left out. */
export async function decodeStrictly(
  streamIndex: number,
  input: readonly string[],
  ask: (args: readonly string[]) => Promise<ToolResult>,
): Promise<number | null> {
  const strict = ["-nostdin", "-nostats", "-err_detect", "crccheck+explode", ...input];
  const counted = ["-filter_complex", `[0:${streamIndex}]${COUNTED}[counted]`, ...COUNTED_OUTPUT];
  const result = await ask([...strict, ...counted, "-progress", "pipe:1"]);
  const last = new ProgressReader().push(result.stdout.toString("latin1")).at(-1);
  return result.code === 0 ? (last?.totalBytes ?? 0) / COUNTED_RATE : null;
}

function readCheck({ stdout, stderr }: ToolResult): SoundCheck {
  const printed = stdout.toString("latin1");
  const last = new ProgressReader().push(printed).at(-1);
  const endSeconds = last?.outTimeSeconds ?? 0;
  if (endSeconds <= 0) return { kind: "broken" };
  const decodedSeconds = (last?.totalBytes ?? 0) / COUNTED_RATE;
  const complaints = stderr.filter((line) => line !== "");
  return {
    kind: "decoded",
    endSeconds,
    decodedSeconds,
    complaints,
    changesFormat: printed.split(NEW_GRAPH).length > 2,
  };
}
