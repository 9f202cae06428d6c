import { open } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import { inputGuards } from "../../media/encode/ffmpeg-arguments.ts";
import { DEFAULT_MEDIA_LIMITS, type MediaLimits } from "../../media/source/limits.ts";
import { holdsAmr } from "../../media/source/packed-sound.ts";
import { fileBytes } from "../file-bytes.ts";
import { inspectFfmpeg } from "./capabilities.ts";
import { blamesMachine, machineFault } from "./failure-reason.ts";
import type { MediaTools } from "./launch.ts";
import { runTool } from "./run-tool.ts";

export type SplitRequest = {
  /** Absolute path of a local file, beside which there is room for another one. */
  readonly sourcePath: string;
  readonly tools: MediaTools;
  readonly signal: AbortSignal;
  readonly limits?: MediaLimits;
};

const TIMEOUT_SECONDS = 900;
/** A frame of AMR lasts 20 ms; longer packets hold several, of which ffmpeg's decoder plays the first alone. */
const ONE_FRAME_SECONDS = 0.03;
/** Packets that are looked at: they hold the same number of frames, but for the last. */
const PACKETS = 20;

const reportSchema = z.object({
  streams: z.array(
    z.looseObject({ index: z.number(), codec_name: z.string().optional(), start_time: z.coerce.number().optional() }),
  ),
  packets: z.array(z.looseObject({ stream_index: z.number(), duration_time: z.coerce.number().optional() })),
});

type PackedTrack = { readonly index: number; readonly startSeconds: number };

/**
 * The path of a file whose AMR packets hold one frame each: the source itself, or a copy beside it. Phones store several
 * frames in a packet, and most of the sound would be lost.
 */
export async function splitPackedSound(request: SplitRequest): Promise<string> {
  const { sourcePath } = request;
  if (!(await sourceHoldsAmr(sourcePath))) return sourcePath;
  const run = await toolRunner(request);
  const track = await findPackedTrack(sourcePath, run);
  if (!track) return sourcePath;
  const [frames, copy] = [`${sourcePath}.amr`, `${sourcePath}.split`];
  const input = ["-i", `file:${sourcePath}`];
  // A file of AMR alone has no packets, so reading it gives each frame by itself.
  const extracted = await run("ffmpeg", [
    ...input,
    "-map",
    `0:${track.index}`,
    "-c",
    "copy",
    "-f",
    "amr",
    "-y",
    frames,
  ]);
  const offset = ["-itsoffset", track.startSeconds.toFixed(6)];
  const tracks = ["-map", "0:V?", "-map", "1:a", "-c", "copy", "-f", "mov", "-y", copy];
  const joined = extracted && (await run("ffmpeg", [...input, ...offset, "-i", `file:${frames}`, ...tracks]));
  return joined ? copy : sourcePath;
}

async function sourceHoldsAmr(path: string): Promise<boolean> {
  await using file = await open(path);
  return await holdsAmr(await fileBytes(file));
}

/** Runs a tool on the source; null where the file is at fault, which the probe then says better. */
type Run = (tool: keyof MediaTools, args: readonly string[]) => Promise<Buffer | null>;

async function toolRunner({ sourcePath, tools, signal, limits = DEFAULT_MEDIA_LIMITS }: SplitRequest): Promise<Run> {
  const { setpriv, prlimit } = await inspectFfmpeg(tools.ffmpeg);
  const guard = { setpriv, prlimit, memoryBytes: limits.memoryBytes };
  return async (tool, args) => {
    const result = await runTool({
      command: tools[tool],
      args: ["-v", "error", ...(tool === "ffmpeg" ? ["-nostdin"] : []), ...inputGuards(limits), ...args],
      ...{ signal, timeoutSeconds: TIMEOUT_SECONDS, workingDirectory: dirname(sourcePath), guard },
    });
    if (result.code === 0) return result.stdout;
    if (!result.timedOut && blamesMachine(result.code, result.stderr)) throw machineFault(result, result.stderr);
    return null;
  };
}

async function findPackedTrack(sourcePath: string, run: Run): Promise<PackedTrack | null> {
  const entries = "stream=index,codec_name,start_time:packet=stream_index,duration_time";
  const packets = ["-select_streams", "a", "-read_intervals", `%+#${PACKETS}`];
  const stdout = await run("ffprobe", [
    ...packets,
    "-show_entries",
    entries,
    "-of",
    "json",
    "-i",
    `file:${sourcePath}`,
  ]);
  const report = stdout && reportSchema.safeParse(JSON.parse(stdout.toString("utf8"))).data;
  const amr = report?.streams.find(({ codec_name }) => codec_name === "amr_nb" || codec_name === "amr_wb");
  if (!report || !amr) return null;
  const own = report.packets.filter(({ stream_index }) => stream_index === amr.index);
  const isPacked = own.some(({ duration_time = 0 }) => duration_time > ONE_FRAME_SECONDS);
  return isPacked ? { index: amr.index, startSeconds: amr.start_time ?? 0 } : null;
}
